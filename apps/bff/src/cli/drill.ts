import { userInfo } from 'node:os'
import { type HeldDrill, holdDrill } from '../cluster/drill.ts'
import { requireOtherKes } from '../cluster/drill-target.ts'
import { folderObjectSamples } from '../cluster/folder-objects.ts'
import { folderSource } from '../cluster/folder-source.ts'
import { openDoor } from '../cluster/kes-doors.ts'
import { readCa } from '../config/certificates.ts'
import { readEnvFile } from '../config/env-file.ts'
import { expandEndpoints } from '../config/urls.ts'
import { KesIdentityError } from '../kes/identity.ts'
import type { KesIdentityFiles } from '../kes/identity-files.ts'
import type { Kes } from '../kes/transport.ts'
import { type Command, CommandError, readArgs, type Terminal, UsageError } from './command.ts'
import { drillText } from './drill-text.ts'
import { expandDrives } from './drive-patterns.ts'
import { reportDrives } from './drive-report.ts'
import { printableJson } from './printable.ts'

const HELP = `strongroom drill: does the backup of the keys open what this cluster sealed?

Usage:
  strongroom drill --endpoint https://HOST:7373 [--ca FILE] (--cert FILE --key FILE | --api-key-file FILE)
                   --drives PATTERN [PATTERN …] [--samples N] [--env-file FILE] [--json]

Restore the keystore to a KES of its own, and name it here. Data keys that lie on the drives, of each KMS key a few of
each kind, are given to it to open; what they open is forgotten at once. Drives are only read, and copies or snapshots
of them will do; nothing is written to KES. Neither MinIO nor the KES it runs on need run.

Options:
  --endpoint URL       the restored KES; several with commas or https://kes{1...3}:7373
  --ca FILE            what signs its certificate: a PEM file, or a folder of them
  --cert FILE          a client certificate that it knows, and
  --key FILE           its private key; its KES policy needs /v1/key/decrypt/* and /v1/status
  --api-key-file FILE  an API key instead of the two
  --drives PATTERN     drive folders as MinIO names them, /mnt/drive{1...4}; several, commas, plain folders
  --samples N          so many data keys at most (200)
  --env-file FILE      the cluster's env file: the KES that it names is refused, since it would prove nothing
  --json               one object { drill, failures, drives } and nothing else

Exit codes:
  0   it opened every data key that was tried
  1   it did not open some: the report says which keys have other material, or are missing
  2   no drill could be held: it does not answer, the drives can't be read, or nothing on them is sealed by a KMS key
  64  a wrong command line
`

const MOST = 10_000

/** `strongroom drill`: offline on the side of the cluster, so that it works on a snapshot. */
export const drill: Command = {
  help: HELP,
  failed: 2,
  run: async (args, { out }: Terminal) => {
    const { values, positionals } = readArgs(args, {
      endpoint: { type: 'string' },
      ca: { type: 'string' },
      cert: { type: 'string' },
      key: { type: 'string' },
      'api-key-file': { type: 'string' },
      drives: { type: 'string', multiple: true, default: [] },
      samples: { type: 'string', default: '200' },
      'env-file': { type: 'string' },
      json: { type: 'boolean', default: false },
    })
    if (values.endpoint === undefined)
      throw new UsageError('Name the restored KES: --endpoint https://kes-restored.example:7373.')
    if (values.drives.length === 0) throw new UsageError('Name the drives: --drives /mnt/drive{1...4}.')
    const samples = readSamples(values.samples)
    const identity = identityIn(values)
    const drives = expandDrives([...values.drives, ...positionals])
    const endpoints = expandEndpoints('--endpoint', values.endpoint, ['https:'])
    const running = values['env-file'] === undefined ? [] : endpointsIn(values['env-file'])
    await requireOtherKes(endpoints, running)
    const restored = open({ endpoints, ca: readCa(() => values.ca, '--ca'), identity })
    try {
      const held = await holdOn(drives, restored, samples)
      const report = { ...held, drives: await reportDrives(drives, held.volume) }
      out(values.json ? `${printableJson(jsonOf(report))}\n` : drillText(report))
      return exitCodeOf(held)
    } finally {
      await restored.close()
    }
  },
}

function readSamples(text: string): number {
  const samples = Number(text)
  if (/^\d{1,6}$/.test(text) && samples >= 1 && samples <= MOST) return samples
  throw new UsageError(`--samples is a whole number from 1 to ${MOST}.`)
}

interface Named {
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly 'api-key-file'?: string | undefined
}

/** As the console's own settings name an identity; messages about it name variables, see {@link open}. */
const PREFIX = 'STRONGROOM_DRILL_KES'

function identityIn({ cert, key, 'api-key-file': apiKey }: Named): KesIdentityFiles {
  if (apiKey !== undefined && (cert !== undefined || key !== undefined))
    throw new UsageError('Give --api-key-file, or --cert and --key, not both.')
  if (apiKey !== undefined) return { kind: 'api-key', prefix: PREFIX, apiKey: { file: apiKey } }
  if (cert === undefined || key === undefined)
    throw new UsageError('KES wants to know who asks: give --cert and --key, or --api-key-file.')
  return { kind: 'certificate', prefix: PREFIX, certFile: cert, keyFile: key, password: null }
}

function endpointsIn(envFile: string): URL[] {
  const named = readEnvFile(envFile).get('MINIO_KMS_KES_ENDPOINT')
  return named ? expandEndpoints('MINIO_KMS_KES_ENDPOINT', named, ['https:']) : []
}

const OPTIONS = [
  [`${PREFIX}_CERT_FILE`, '--cert'],
  [`${PREFIX}_KEY_FILE`, '--key'],
  [`${PREFIX}_API_KEY_FILE`, '--api-key-file'],
  [`${PREFIX}_API_KEY`, '--api-key-file'],
] as const

function open(door: Parameters<typeof openDoor>[0]): Kes {
  try {
    return openDoor(door)
  } catch (error) {
    if (!(error instanceof KesIdentityError)) throw error
    const said = OPTIONS.reduce((text, [variable, option]) => text.replaceAll(variable, option), error.message)
    throw new CommandError(said, { cause: error })
  }
}

async function holdOn(drives: readonly string[], restored: Kes, samples: number) {
  const items = folderSource(drives)
  const held = holdDrill({
    restored,
    running: null,
    by: userName(),
    samples,
    items,
    objects: (wanted) => folderObjectSamples(drives, items.volume, wanted),
    defaultKey: null,
  })
  let step = await held.next()
  while (!step.done) step = await held.next()
  return { ...step.value, volume: items.volume }
}

/** In a container the user may have no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? 'without a name'}`
  }
}

const jsonOf = ({ drill, failures, drives }: HeldDrill & { readonly drives: object }) => ({ drill, failures, drives })

/** Where nothing was tried, nothing was proven. */
function exitCodeOf({ drill: { opened, failed } }: HeldDrill): number {
  if (failed > 0) return 1
  return opened > 0 ? 0 : 2
}
