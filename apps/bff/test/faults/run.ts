/**
 * `npm run faults [-- NAME …]`: does to real migrations what happens to them in the world, and holds the drives against
 * what they were, opened without a line of the console's. Prints a Markdown table; ends with 1 when something was lost.
 */
import { type Outcome, SCENARIOS } from './scenarios.ts'

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in SCENARIOS))
if (unknown.length > 0) {
  process.stderr.write(`There is no fault ${unknown.join(', ')}. There are: ${Object.keys(SCENARIOS).join(', ')}.\n`)
  process.exit(2)
}

// Built where they are missing. Plain JavaScript without types.
const { prepareServers } = await import(new URL('../../../sandbox/bin/prepare.mjs', import.meta.url).href)
prepareServers()

const say = (line: string) => process.stderr.write(`${line}\n`)
const rows: (Outcome | { readonly fault: string; readonly error: string })[] = []
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  say(`${name} …`)
  try {
    rows.push(await scenario(say))
    say(`${name}: nothing lost`)
  } catch (error) {
    process.exitCode = 1
    const message = error instanceof Error ? error.message : String(error)
    rows.push({ fault: name, error: message })
    say(`${name}: ${error instanceof Error ? error.stack : message}`)
  }
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
process.stdout.write(
  '| Fault | Times | Items moved when it struck | The job | The next run | The report | Items lost |\n',
)
process.stdout.write('|---|---|---|---|---|---|---|\n')
for (const row of rows) {
  const cells =
    'error' in row
      ? [row.fault, '', '', `**failed**: ${row.error}`, '', '', '?']
      : [row.fault, String(row.times), row.struckAt, row.job, row.nextRun, row.story, '0']
  process.stdout.write(`| ${cells.map(cell).join(' | ')} |\n`)
}
