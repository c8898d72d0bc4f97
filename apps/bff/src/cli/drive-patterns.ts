import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { UsageError } from './command.ts'

const RANGE = /\{(\d+)\.\.\.(\d+)\}/
const MOST = 4096

/**
 * The folders that `--drives` and the arguments after it name, as MinIO's own command line names drives: commas, and
 * `{1...4}` for each number between, several of them and with leading zeros too. A folder that has such characters in its
 * name is taken as it is when it is there.
 *
 * @returns absolute paths, each once, in order. @throws UsageError
 */
export function expandDrives(patterns: readonly string[]): string[] {
  const paths = patterns.flatMap((pattern) => (existsSync(pattern) ? [pattern] : pattern.split(',').flatMap(expand)))
  const drives = [...new Set(paths.map((path) => resolve(path)))]
  if (drives.length === 0) throw new UsageError('Name the drives: --drives /mnt/drive{1...4}.')
  if (drives.length > MOST) throw new UsageError(`The patterns name more than ${MOST} drives: is a range too wide?`)
  return drives
}

function expand(pattern: string): string[] {
  if (pattern.trim() === '') return []
  if (/^https?:\/\//.test(pattern)) {
    throw new UsageError('A drive is a folder on this host: leave out scheme and host, and run it on each host.')
  }
  const range = RANGE.exec(pattern)
  if (range === null) {
    if (/\{[^}]*\.\.[^}]*\}/.test(pattern))
      throw new UsageError(`${pattern} holds a range that can't be read: write {1...4}.`)
    return [pattern]
  }
  const [whole, first, last] = range as unknown as [string, string, string]
  const count = Number(last) - Number(first) + 1
  if (count < 1 || count > MOST) throw new UsageError(`${whole} runs backwards or is too wide.`)
  const width = first.startsWith('0') || last.startsWith('0') ? Math.max(first.length, last.length) : 0
  return Array.from({ length: count }, (_, index) => `${Number(first) + index}`.padStart(width, '0')).flatMap(
    (number) => expand(pattern.replace(whole, number)),
  )
}
