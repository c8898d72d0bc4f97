import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ProcessRecord, recordOf, stillOurs, stopRecorded } from './process-table.ts'

interface Running {
  readonly owner: ProcessRecord
  readonly children: readonly ProcessRecord[]
}

const fileOf = (state: string) => join(state, 'pids.json')

/** Notes who runs, so that a start after a sudden death finds what was left. Called again with each new process. */
export function recordRunning(state: string, children: readonly ProcessRecord[]) {
  const running: Running = { owner: recordOf('demo', process.pid), children }
  writeFileSync(fileOf(state), JSON.stringify(running, null, 2))
}

export const forgetRunning = (state: string) => rmSync(fileOf(state), { force: true })

/**
 * Stops what an earlier demo left behind when it was killed. A number that now belongs to another program is left alone.
 * @returns the names of what was stopped
 * @throws Error when that demo still runs
 */
export async function stopLeftovers(state: string): Promise<string[]> {
  const running = read(fileOf(state))
  if (running === undefined) return []
  if (running.owner.pid !== process.pid && stillOurs(running.owner)) {
    throw new Error(
      `A demo runs on this folder already (process ${running.owner.pid}). Stop it, or give another with --state.`,
    )
  }
  const left = running.children.filter(stillOurs)
  for (const child of left) await stopRecorded(child)
  forgetRunning(state)
  return left.map(({ name }) => name)
}

function read(file: string): Running | undefined {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Running
  } catch {
    return undefined // Cut off in the middle of a write: it names nothing that can be trusted.
  }
}
