import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ready } from '../apps/sandbox/src/demo.ts'
import { statusOf } from '../apps/sandbox/src/ready.ts'

const started = new Map<number, ChildProcess>()
process.on('exit', () => {
  for (const child of started.values()) child.kill('SIGKILL')
})

/** A server of the demo that was killed, with all that it takes to start it again as it was. */
export interface Killed {
  /** Starts it with the same command line, environment and folder, and waits until it answers. */
  restart(): Promise<void>
}

/** Kills MinIO at once, as a power cut does. */
export const killMinio = ({ minio, dir }: Ready): Promise<Killed> =>
  kill(minio.endpoint, minio.pid, join(dir, 'logs/minio.log'), () => answers(`${minio.endpoint}/minio/health/live`))

/** Kills KES at once. */
export const killKes = ({ kes, dir }: Ready): Promise<Killed> =>
  kill(kes.endpoint, kes.pid, join(dir, 'kes/kes.log'), () =>
    answers(`${kes.endpoint}/v1/ready`, {
      ca: readFileSync(kes.ca, 'utf8'),
      cert: readFileSync(kes.adminCert, 'utf8'),
      key: readFileSync(kes.adminKey, 'utf8'),
    }),
  )

/** Stops what tests have started again: the demo knows only of its own children. */
export async function stopRestarted() {
  for (const [pid, child] of started) {
    child.kill('SIGTERM')
    await gone(pid)
  }
  started.clear()
}

const answers: typeof statusOf = statusOf
/** The process of an endpoint after it was started again. */
const successors = new Map<string, number>()

async function kill(
  endpoint: string,
  firstPid: number,
  logFile: string,
  ready: () => Promise<number | undefined>,
): Promise<Killed> {
  const pid = successors.get(endpoint) ?? firstPid
  const [command, ...args] = partsOf(`/proc/${pid}/cmdline`)
  const env = Object.fromEntries(partsOf(`/proc/${pid}/environ`).map((pair) => pair.split(/=(.*)/s).slice(0, 2)))
  process.kill(pid, 'SIGKILL')
  await gone(pid)
  started.delete(pid)
  return {
    async restart() {
      const log = openSync(logFile, 'a')
      const child = spawn(command!, args, { env, detached: true, stdio: ['ignore', log, log] })
      closeSync(log)
      started.set(child.pid!, child)
      successors.set(endpoint, child.pid!)
      for (const end = Date.now() + 30_000; (await ready()) !== 200; await sleep(100)) {
        if (Date.now() > end) throw new Error(`${command} did not get ready again. Its log: ${logFile}`)
      }
    },
  }
}

const partsOf = (file: string) => readFileSync(file, 'utf8').split('\0').slice(0, -1)

/** A zombie counts as gone: its parent reaps it in its own time. */
async function gone(pid: number) {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) if (!alive(pid)) return
  throw new Error(`Process ${pid} did not end.`)
}

function alive(pid: number) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
