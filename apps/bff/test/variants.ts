import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** What can happen to drives, done by hand to the folders of a fixture. No server runs on them meanwhile. */

const SYSTEM = '.minio.sys'

export const folderOf = (drive: string, path: string) => join(drive, SYSTEM, path)
export const metaOf = (drive: string, path: string) => join(folderOf(drive, path), 'xl.meta')

/** The file that holds this drive's shard: part.1, or xl.meta itself where the shard lies inline. */
export function shardFileOf(drive: string, path: string): string {
  const parts = readdirSync(folderOf(drive, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folderOf(drive, path), name, 'part.1'))
    .filter(existsSync)
  return parts[0] ?? metaOf(drive, path)
}

export const truncateMeta = (drive: string, path: string, size: number) => truncateSync(metaOf(drive, path), size)

/** Turns one bit. `at` from the beginning, or from the end where it is negative; a fraction lies between. */
export function flipBit(file: string, at: number) {
  const bytes = readFileSync(file)
  const offset = at < 0 ? bytes.length + at : at < 1 ? Math.floor(at * bytes.length) : at
  const bit = 1 << (offset % 8)
  bytes[offset] = bytes[offset]! ^ bit
  writeFileSync(file, bytes)
}

/** In the shard, clear of the hash in front of it: an inline shard is the last thing in its xl.meta. */
export const flipShard = (drive: string, path: string) => flipBit(shardFileOf(drive, path), -3)

/** In the metadata, clear of the eight bytes that say what the file is. */
export const flipMeta = (drive: string, path: string) => flipBit(metaOf(drive, path), 40)

export const emptyMeta = (drive: string, path: string) => truncateSync(metaOf(drive, path), 0)

export function metaAsFolder(drive: string, path: string) {
  rmSync(metaOf(drive, path))
  mkdirSync(metaOf(drive, path))
  writeFileSync(join(metaOf(drive, path), 'inside'), 'not what belongs here')
}

export function foreignFiles(drive: string) {
  const config = folderOf(drive, 'config')
  writeFileSync(join(config, 'notes.txt'), 'left by somebody')
  writeFileSync(join(config, 'iam', 'users', 'README'), 'left by somebody')
  mkdirSync(join(config, 'iam', 'users', 'nobody'))
  mkdirSync(join(config, 'iam', 'policies', 'lost+found', 'deep', 'er'), { recursive: true })
}

export const removeDrive = (drive: string) => renameSync(drive, `${drive}.away`)

/** Keeps what lies on the drives now, to be laid back over a later state. */
export function keepGeneration(drives: readonly string[], path: string, keep: string) {
  for (const [at, drive] of drives.entries())
    cpSync(folderOf(drive, path), join(keep, String(at), path), { recursive: true })
}

/** Gives the first `count` drives the generation of an item that was kept. */
export function layBack(drives: readonly string[], path: string, keep: string, count: number) {
  for (const [at, drive] of drives.slice(0, count).entries()) {
    rmSync(folderOf(drive, path), { recursive: true, force: true })
    mkdirSync(dirname(folderOf(drive, path)), { recursive: true })
    cpSync(join(keep, String(at), path), folderOf(drive, path), { recursive: true })
  }
}

/**
 * Adds users that are copies of one, for the size of it. Only what is not bound to its path opens afterwards: plaintext
 * and items under root credentials.
 * @returns their paths
 */
export function copyUsers(
  drives: readonly string[],
  from: string,
  count: number,
  backend: 'fs' | 'ec' = 'ec',
): string[] {
  const names = Array.from({ length: count }, (_, at) => `copy-${String(at).padStart(6, '0')}`)
  const path = (name: string) => `config/iam/users/${name}/identity.json`
  for (const drive of drives) {
    const source = folderOf(drive, path(from))
    for (const name of names) {
      const target = folderOf(drive, path(name))
      mkdirSync(dirname(target), { recursive: true })
      if (backend === 'fs') copyCheaply(source, target)
      else copyFolder(source, target)
    }
  }
  return names.map(path)
}

function copyFolder(source: string, target: string) {
  mkdirSync(target)
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)]
    if (entry.isDirectory()) copyFolder(from, to)
    else copyCheaply(from, to)
  }
}

/** A second name for the same bytes where the file system has that: nothing here changes a file in place. */
function copyCheaply(from: string, to: string) {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}

/** Something that is no file and never ends, or never begins, where xl.meta belongs. */
export const HOSTILE = {
  'a pipe that nobody writes to': (file: string) => {
    execFileSync('mkfifo', [file])
  },
  'a link to a device without an end': (file: string) => symlinkSync('/dev/zero', file),
  'a link to itself': (file: string) => symlinkSync(file, file),
  'a file of 700 MB': (file: string) => {
    writeFileSync(file, 'XL2 1   ')
    truncateSync(file, 700 * 1024 * 1024)
  },
  'a list that claims four thousand million members': (file: string) =>
    writeFileSync(file, Buffer.concat([Buffer.from('XL2 1   '), Buffer.from('ddffffffff', 'hex')])),
  'ten thousand lists in each other': (file: string) =>
    writeFileSync(file, Buffer.concat([Buffer.from('XL2 1   '), Buffer.alloc(10_000, 0x91)])),
} as const

export function putHostile(drive: string, path: string, what: keyof typeof HOSTILE) {
  rmSync(metaOf(drive, path))
  HOSTILE[what](metaOf(drive, path))
}
