import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process and the words it was started with, so that a number that was given to another program is told apart. */
export interface ProcessRecord {
  readonly name: string
  readonly pid: number
  readonly commandLine: string
}

/** What the system knows of the process; `undefined` when it has gone. Words are joined by one blank. */
export function commandLineOf(pid: number): string | undefined {
  if (!existsSync('/proc/self/cmdline')) {
    const { status, stdout } = spawnSync('ps', ['-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' })
    return status === 0 ? stdout.trim() : undefined
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim() || undefined
  } catch {
    return undefined
  }
}

export const recordOf = (name: string, pid: number): ProcessRecord => ({
  name,
  pid,
  commandLine: commandLineOf(pid) ?? '',
})

/** Still the very program that was recorded. */
export const stillOurs = ({ pid, commandLine }: ProcessRecord) =>
  commandLine !== '' && commandLineOf(pid) === commandLine

/** Stops a process that is not our child: SIGTERM, then SIGKILL after 10 s. */
export async function stopRecorded(record: ProcessRecord): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGTERM', 10_000],
    ['SIGKILL', 2_000],
  ] as const) {
    if (!stillOurs(record)) return
    process.kill(record.pid, signal)
    for (const end = Date.now() + patienceMs; stillOurs(record) && Date.now() < end; ) await sleep(50)
  }
}
