import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

const GRACE_MS = 10_000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A server that we started: it writes to `logFile` and is stopped by its process id. */
export interface Child {
  readonly name: string
  readonly pid: number
  readonly commandLine: readonly string[]
  readonly logFile: string
  readonly exited: Promise<Exit>
  /** True until the process has gone, for whatever reason. */
  running(): boolean
  /** SIGTERM, and SIGKILL after 10 s. Resolves when the process has gone. */
  stop(): Promise<void>
}

export interface ChildOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Added to what a program needs from ours: PATH, HOME, TMPDIR. Nothing else of ours is passed on. */
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
  readonly cwd?: string
}

const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** Starts a program in a process group of its own, so that Ctrl-C reaches us alone and we choose the order of the end. */
export async function startChild({ name, command, args, env, logFile, cwd }: ChildOptions): Promise<Child> {
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'a', 0o600)
  const options = { env: { ...inherited(), ...env }, detached: true, stdio: ['ignore', log, log], ...(cwd && { cwd }) }
  const child = spawn(command, args, options as object)
  closeSync(log)
  alive.add(child)
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      alive.delete(child)
      resolve({ code, signal })
    })
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => {
      alive.delete(child)
      reject(new Error(`${name} could not be started.`, { cause }))
    })
  })
  return {
    name,
    pid: child.pid!,
    commandLine: [command, ...args],
    logFile,
    exited,
    running: () => alive.has(child),
    stop: () => stop(child, exited),
  }
}

async function stop(child: ChildProcess, exited: Promise<Exit>) {
  if (!alive.has(child)) return
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await exited
  clearTimeout(force)
}

function inherited(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR'].map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(kept.filter((pair): pair is [string, string] => pair[1] !== undefined))
}
