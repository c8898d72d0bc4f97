import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { unpackArchive } from './archive.ts'
import { globMatcher } from './glob.ts'

const RECORD = '.seed.json'
const USUAL_NAMES = 'd{,rive}[0-9]*'

export interface Seed {
  /** Drive folders, in the order of their numbers. */
  readonly drives: string[]
  /** Keys that the archive brings along, one file a key. */
  readonly keystore?: string
  /** False when the drives of an earlier start are used again. */
  readonly unpacked: boolean
}

/**
 * Makes the drives of `archive` available below `dir`, and keeps those of an earlier start as they are.
 * @param glob which folders of the archive are drives; default `drive1` or `d1 … dN`
 * @throws Error when the archive is unsafe or holds no such drives, or when `dir` holds those of another archive
 */
export async function unpackDrives(archive: string, dir: string, glob = USUAL_NAMES): Promise<Seed> {
  if (!existsSync(archive)) throw new Error(`There is no archive ${archive}.`)
  const digest = await sha256(archive)
  const unpacked = !existsSync(join(dir, RECORD))
  if (unpacked) await unpackAnew(archive, dir, digest)
  const record = JSON.parse(readFileSync(join(dir, RECORD), 'utf8')) as {
    archive: string
    sha256: string
    root: string
  }
  if (record.sha256 !== digest) {
    throw new Error(
      `${dir} holds the drives of another archive (${record.archive}). Start over, or use another folder.`,
    )
  }
  const root = join(dir, record.root)
  const keystore = join(root, 'kes', 'keystore')
  return { drives: await drivesOf(root, glob), unpacked, ...(existsSync(keystore) && { keystore }) }
}

/** Unpacked beside `dir` and renamed at the end: a start that was cut off leaves nothing that looks complete. */
async function unpackAnew(archive: string, dir: string, digest: string) {
  const partial = `${dir}.unpacking`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  const root = await unpackArchive(archive, partial)
  await writeFile(join(partial, RECORD), JSON.stringify({ archive: basename(archive), sha256: digest, root }))
  if (existsSync(dir) && (await readdir(dir)).length > 0) throw new Error(`${dir} is not empty and holds no drives.`)
  await rm(dir, { recursive: true, force: true })
  await rename(partial, dir)
}

async function drivesOf(root: string, glob: string): Promise<string[]> {
  const matches = globMatcher(glob)
  const folders = (await readdir(root, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && entry.name !== 'kes',
  )
  const names = folders.map(({ name }) => name)
  const drives = names.filter(matches).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  if (drives.length > 0) return drives.map((name) => join(root, name))
  throw new Error(`No folder of the archive is called ${glob}. It has: ${names.join(', ') || 'none'}.`)
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
