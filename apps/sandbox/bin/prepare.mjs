// Makes a fresh clone ready. Plain JavaScript, Node's own modules only: it runs before node_modules exists.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { builtDir, findBinary, root } from './binaries.mjs'

const OLDEST_NODE = [20, 19]

/** What is built from source when it isn't here, and the version that the tests were written against. */
const servers = {
  minio: { variable: 'MINIO_BIN', module: 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c', minutes: 3 },
  mc: { variable: 'MC_BIN', module: 'github.com/minio/mc@v0.0.0-20250313080218-cf909e1063a9', minutes: 1 },
}

export const say = (line) => process.stderr.write(`${line}\n`)

/** Runs `prepare`, and ends the process with its one sentence when something is missing. */
export async function orExit(prepare) {
  try {
    return await prepare()
  } catch (error) {
    say(error.message)
    process.exit(1)
  }
}

export function prepareNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  throw new Error(
    `Strongroom needs Node.js ${OLDEST_NODE.join('.')} or newer, and this is ${process.versions.node}: see https://nodejs.org/.`,
  )
}

/** `npm ci` when node_modules is missing or older than the lock file. */
export function preparePackages() {
  const installed = join(root, 'node_modules/.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs) return
  say('Installing the npm packages …')
  run('npm', ['ci', '--include=dev'], 'The npm packages could not be installed: see the output above.', {
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
  })
}

/** MinIO and its client: found, or built with Go into the repository. Their paths are put into the environment. */
export function prepareServers() {
  for (const [name, server] of Object.entries(servers))
    process.env[server.variable] = findBinary(name) ?? build(name, server)
}

function build(name, { variable, module, minutes }) {
  const go = findBinary('go')
  if (!go) {
    throw new Error(
      `${name} was not found, and neither was Go to build it: install Go 1.24 or newer, ` +
        `or put MinIO's ${name} on the PATH, or name it with ${variable}, and run this again.`,
    )
  }
  say(`Building ${name} with Go (once; about ${minutes} min) …`)
  mkdirSync(builtDir, { recursive: true })
  run(
    go,
    ['install', module],
    `${name} could not be built: see the output above. It can also be named with ${variable}.`,
    {
      GOBIN: builtDir,
      GOFLAGS: '', // A module mode set for other work does not suit a build outside of a module.
    },
  )
  return findBinary(name) ?? join(builtDir, name)
}

/** A browser for the tests: found, or Debian's, where we may install it. Its path is put into the environment. */
export function prepareChromium() {
  let found = findBinary('chromium')
  if (!found && process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    const failed = 'Chromium could not be installed: see the output above. It can also be named with CHROMIUM_BIN.'
    say('Installing Chromium with apt-get …')
    run('apt-get', ['update'], failed)
    run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'], failed, {
      DEBIAN_FRONTEND: 'noninteractive',
    })
    found = findBinary('chromium')
  }
  if (!found) {
    throw new Error(
      'Chromium was not found: install it ("sudo apt-get install chromium" on Debian), or name it with CHROMIUM_BIN, and run this again.',
    )
  }
  process.env.CHROMIUM_BIN = found
}

/** Everything that a program prints while it prepares goes to stderr: stdout is for results. */
function run(command, args, failed, env = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, ...env } })
  if (status !== 0) throw new Error(failed)
}
