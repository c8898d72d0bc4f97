import { keysMade, type PlanStep, tried } from './bulk-plan.ts'

const NAMES_A_LINE = 8

/** The lines for one bucket, in a shell loop for more; `lines` gets what stands for the name. */
function eachOf(names: readonly string[], lines: (name: string) => readonly string[]): string[] {
  if (names.length < 2) return names.flatMap(lines)
  const rows = Array.from({ length: Math.ceil(names.length / NAMES_A_LINE) }, (_, row) =>
    names.slice(row * NAMES_A_LINE, (row + 1) * NAMES_A_LINE).join(' '),
  )
  const head = rows.length === 1 ? [`for b in ${rows[0]}; do`] : ['for b in \\', ...continued(rows)]
  return [...head, ...lines('$b').map((line) => `  ${line}`), 'done']
}

const continued = (rows: readonly string[]) =>
  rows.map((row, index) => `  ${row}${index === rows.length - 1 ? '; do' : ' \\'}`)

const quoted = (text: string) => (text.includes('$') ? `"${text}"` : text)
const bucketIn = (name: string) => quoted(`ALIAS/${name}`)

/** KES takes no dots in the names of keys. */
const keyIn = (template: string, name: string) =>
  quoted(template.replaceAll('{bucket}', name === '$b' ? '$' + '{b//./-}' : name.replaceAll('.', '-')))

/** `mc` lines that make the keys, and configure what a plan configures. `template`: the key's, where one name was given for all. */
export function encryptLines(steps: readonly PlanStep[], template?: string): string[] {
  const acts = tried(steps)
  const made = keysMade(acts).map((key) => `mc admin kms key create ALIAS ${key}`)
  if (template !== undefined)
    return [
      ...made,
      ...eachOf(acts.map(nameOf), (name) => [`mc encrypt set sse-kms ${keyIn(template, name)} ${bucketIn(name)}`]),
    ]
  const alike = new Map<string, string[]>()
  for (const step of acts) {
    const command = commandOf(step)
    alike.set(command, [...(alike.get(command) ?? []), step.bucket])
  }
  return [
    ...made,
    ...[...alike].flatMap(([command, names]) => eachOf(names, (name) => [`${command} ${bucketIn(name)}`])),
  ]
}

const nameOf = ({ bucket }: PlanStep) => bucket

function commandOf({ after }: PlanStep) {
  if (after === null || after.mode === 'none') return 'mc encrypt clear'
  return after.mode === 'sse-s3' ? 'mc encrypt set sse-s3' : `mc encrypt set sse-kms ${after.key}`
}

/** The same probe by hand: an object without headers, what sealed it, and away with it. */
export const probeLines = (steps: readonly PlanStep[]) =>
  eachOf(tried(steps).map(nameOf), (name) => {
    const object = quoted(`ALIAS/${name}/PROBE.txt`)
    return [`mc cp ./PROBE.txt ${object}`, `mc stat ${object}`, `mc rm --versions --force ${object}`]
  })

/** What seals each current object, and where to look for older versions: for why not by one line see `countLines`. */
export const countBucketsLines = (steps: readonly PlanStep[]) => [
  ...eachOf(tried(steps).map(nameOf), (name) => [
    `mc stat --recursive --json ${bucketIn(name)}`,
    `mc ls --recursive --versions ${bucketIn(name)}`,
  ]),
  'mc stat --version-id VERSION ALIAS/BUCKET/OBJECT',
]

/** A new bucket, with its encryption from the first object on. */
export function createLines(name: string, how: { versioning: boolean; locking: boolean }, set: PlanStep): string[] {
  const flags = [how.locking && ' --with-lock', how.versioning && !how.locking && ' --with-versioning']
  return [
    `mc mb${flags.filter(Boolean).join('')} ALIAS/${name}`,
    ...(set.after && set.after.mode !== 'none' ? encryptLines([set]) : []),
  ]
}
