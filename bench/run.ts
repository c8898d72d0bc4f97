/**
 * `npm run bench -- iam [--items N] [--drives N] [--markdown]`, `kes [--keys N] [--markdown]`, or `buckets [--buckets N]
 * [--versions N] [--objects N] [--drives N] [--markdown]`: measures against what the same machine does without us. Progress
 * goes to stderr, the table to stdout.
 */
import { parseArgs } from 'node:util'
import { measureBuckets } from './buckets.ts'
import { measureIam, type Row } from './iam.ts'
import { measureKes } from './kes.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    items: { type: 'string', default: '10000' },
    drives: { type: 'string', default: '4' },
    keys: { type: 'string', default: '10000' },
    buckets: { type: 'string', default: '1000' },
    versions: { type: 'string', default: '20000' },
    objects: { type: 'string', default: '2000' },
    markdown: { type: 'boolean', default: false },
  },
})
const say = (line: string) => void process.stderr.write(`${line}\n`)
const benches: Record<string, () => Promise<Row[]>> = {
  iam: () => measureIam({ items: Number(values.items), drives: Number(values.drives), say }),
  kes: () => measureKes({ keys: Number(values.keys), say }),
  buckets: () =>
    measureBuckets({
      buckets: Number(values.buckets),
      versions: Number(values.versions),
      objects: Number(values.objects),
      drives: Number(values.drives),
      say,
    }),
}
const measure = benches[positionals.join()]
if (measure === undefined) {
  say('Say what to measure: npm run bench -- iam [--items 10000] [--drives 4] [--markdown]')
  say('                 or: npm run bench -- kes [--keys 10000] [--markdown]')
  say('                 or: npm run bench -- buckets [--buckets 1000] [--versions 20000] [--objects 2000] [--markdown]')
  process.exit(2)
}
// The same sandbox binaries as the demo, built where they are missing. Plain JavaScript without types.
const { prepareServers } = await import(new URL('../apps/sandbox/bin/prepare.mjs', import.meta.url).href)
prepareServers()

const rows = await measure()
process.stdout.write(values.markdown ? markdown(rows) : plain(rows))
if (rows.some(({ holds }) => holds === false)) process.exitCode = 1

function markdown(all: readonly Row[]): string {
  const lines = all.map(({ what, ours, bare, ratio, target, holds }) =>
    [what, ours, bare ?? '', ratio ?? '', target ?? '', holds === undefined ? '' : holds ? 'yes' : '**no**'].join(
      ' | ',
    ),
  )
  return `| What | Strongroom | Without it | Ratio | Target | Held |\n|---|---|---|---|---|---|\n${lines.map((line) => `| ${line} |\n`).join('')}`
}

function plain(all: readonly Row[]): string {
  const cells = all.map(({ what, ours, bare, ratio, target, holds }) => [
    what,
    ours,
    bare ?? '',
    ratio ?? '',
    target ?? '',
    holds === undefined ? '' : holds ? 'held' : 'NOT HELD',
  ])
  const widths = cells[0]!.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)))
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
