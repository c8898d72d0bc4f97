import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import * as z from 'zod/mini'

/** One life of one process, told apart from all others, a later one with the same pid included. */
export const ProcessIdentity = z.object({
  /** Where `pid` means this process: equal texts share one table of processes. */
  space: z.string(),
  pid: z.int().check(z.minimum(1)),
  /** Clock ticks since the start of the host (proc(5), field 22 of `stat`). */
  startTicks: z.string(),
})
export type ProcessIdentity = z.infer<typeof ProcessIdentity>

/** This process. Without /proc its space is shared with nobody, so that nothing is ever certain of it. */
export function thisProcess(): ProcessIdentity {
  const { pid } = process
  try {
    return { space: processSpace(), pid, startTicks: statOf(pid)!.startTicks }
  } catch {
    return { space: randomUUID(), pid, startTicks: '' }
  }
}

/**
 * Host names are not enough: containers on one host may share one and have pids of their own, and a clone of a machine
 * keeps its boot id. A number of a pid namespace is used again only once that namespace, and all in it, has ended.
 */
function processSpace(): string {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return [hostname(), bootId, readlinkSync('/proc/self/ns/pid')].join(' ')
}

/** True only where it is certain that `other` has ended; false where it lives or nobody here can tell. */
export function hasEnded(other: ProcessIdentity, self: ProcessIdentity): boolean {
  if (other.space !== self.space) return false
  try {
    process.kill(other.pid, 0)
  } catch (error) {
    // EPERM: somebody else's, so it lives.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true
  }
  const stat = statOf(other.pid)
  return stat !== undefined && (stat.dead || stat.startTicks !== other.startTicks)
}

/** Undefined where /proc does not show the process (`hidepid`). */
function statOf(pid: number): { startTicks: string; dead: boolean } | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // The name of the program is in parentheses and may hold any character, so the fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { startTicks: fields[19]!, dead: fields[0] === 'Z' || fields[0] === 'X' }
}
