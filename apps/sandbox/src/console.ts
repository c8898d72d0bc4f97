import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './binaries.ts'
import { type Child, startChild } from './child.ts'
import { untilReady } from './ready.ts'

const MAIN = join(root, 'apps/bff/dist/main.js')
const BUILT = [MAIN, join(root, 'apps/web/dist/index.html')]
const SOURCES = ['shared', 'apps/bff', 'apps/web', 'package-lock.json'].map((path) => join(root, path))
const NOT_SOURCES = new Set(['node_modules', 'dist'])

/** Builds the console when a source is newer than what was built. The build's output goes to stderr. */
export async function buildConsole(report: (line: string) => void, signal: AbortSignal): Promise<void> {
  const built = Math.min(...BUILT.map((file) => (existsSync(file) ? statSync(file).mtimeMs : 0)))
  if (built > Math.max(...SOURCES.map(newest))) return
  report('Building the console …')
  const code = await new Promise<number | null>((resolve, reject) => {
    const build = spawn('npm', ['run', 'build'], { cwd: root, stdio: ['ignore', 2, 2], signal })
    build.once('error', reject)
    build.once('exit', resolve)
  })
  if (code !== 0)
    throw new Error(`The console could not be built: "npm run build" ended with ${code}. Its output is above.`)
}

/** Milliseconds of the youngest file below `path`. */
function newest(path: string): number {
  const entry = statSync(path)
  if (!entry.isDirectory()) return entry.mtimeMs
  const names = readdirSync(path).filter((name) => !NOT_SOURCES.has(name) && !name.endsWith('.test.ts'))
  return Math.max(0, ...names.map((name) => newest(join(path, name))))
}

export interface ConsoleOptions {
  readonly port: number
  readonly logFile: string
  readonly env: Readonly<Record<string, string>>
  /** PEM of the console's own certificate, with TLS. */
  readonly ca?: string
  readonly secrets: readonly string[]
  /** The program to run instead of the built console. */
  readonly main?: string
  /** Called as soon as the process exists, before it is ready. */
  readonly onStart?: (child: Child) => void
}

/** Starts the built console and waits for `/readyz`. @throws Error with the end of its log */
export async function startConsole(options: ConsoleOptions): Promise<{ url: string; child: Child }> {
  const { port, logFile, env, ca, secrets, main = MAIN } = options
  const child = await startChild({
    name: 'The console',
    command: process.execPath,
    args: [main],
    env: { NODE_ENV: 'production', STRONGROOM_LISTEN: `127.0.0.1:${port}`, ...env },
    logFile,
    cwd: root,
  })
  options.onStart?.(child)
  const url = `${ca === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  await untilReady(child, `${url}/readyz`, { secrets, ...(ca !== undefined && { trust: { ca } }) })
  return { url, child }
}
