// `npm test`: everything, on a fresh clone too. Ends with one line that adds up what vitest and Playwright counted.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './binaries.mjs'
import { addUp, playwrightCounts, stepCounts, vitestCounts } from './counts.mjs'
import { orExit, prepareChromium, prepareNode, preparePackages, prepareServers, say } from './prepare.mjs'

await orExit(() => {
  prepareNode()
  preparePackages()
  prepareChromium()
  prepareServers()
})

const reports = join(root, '.sandbox', 'test')
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })
const unit = join(reports, 'vitest.json')
const browser = join(reports, 'playwright.json')

const counts = []
counts.push(stepCounts(await run('npm', ['run', 'check'])))
const built = await run('npm', ['run', 'build'])
counts.push(stepCounts(built))
const vitest = await run('npx', ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unit}`])
counts.push(vitestCounts(read(unit), vitest))
if (built === 0) {
  const playwright = await run('npx', ['playwright', 'test', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: browser,
  })
  counts.push(playwrightCounts(read(browser), playwright))
} else {
  say('The browser tests did not run, because the build failed.')
}

const { passed, failed, skipped } = addUp(counts)
process.exitCode = failed > 0 || skipped > 0 ? 1 : 0
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)

/** The exit code; a program that a signal ended counts as failed. Our own end is passed on to it. */
function run(command, args, env = {}) {
  say(`\n> ${[command, ...args].join(' ')}`)
  const all = { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', ...env }
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: all })
  const forward = (signal) => {
    child.kill(signal)
    process.exitCode = 130
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, forward)
  return new Promise((resolve) => {
    const done = (code) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, forward)
      if (process.exitCode === 130) process.exit()
      resolve(code ?? 1)
    }
    child.once('error', () => done(1))
    child.once('exit', done)
  })
}

/** The report, or `undefined` when the runner died before it wrote one. */
function read(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
