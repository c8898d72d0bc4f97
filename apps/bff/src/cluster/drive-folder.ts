import { constants } from 'node:fs'
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { parseJson } from '../crypto/canonical-json.ts'
import { AppError } from '../errors.ts'

/** What a folder says of itself that is, or should be, a drive of MinIO. */
export interface DriveFolder {
  /** As it was given. */
  readonly path: string
  readonly present: boolean
  /** Null where it is no drive of MinIO; `trouble` says why. `fs`: a single drive of 2021, with items as plain files. */
  readonly layout: 'erasure' | 'fs' | null
  readonly deploymentId: string | null
  /** The drive's own id; drives of the old layout have none. */
  readonly driveId: string | null
  /** From 0, within the pool; null for the old layout. */
  readonly set: number | null
  /** From 0, within the set. */
  readonly position: number | null
  /** Ids of the drives of its set, in order: drives of one set have the same. */
  readonly setDrives: readonly string[]
  /** The sets of its pool, each as such ids; a drive knows nothing of other pools. */
  readonly poolSets: readonly (readonly string[])[]
  readonly trouble: string | null
}

const Format = z.object({
  format: z.string(),
  id: z.string(),
  xl: z.optional(z.object({ this: z.string(), sets: z.array(z.array(z.string())) })),
})

const MAX_FORMAT_BYTES = 2 ** 20
/** Looks at what each folder is, without reading items. Never throws for a folder: its `trouble` tells. */
export const describeDrives = (drives: readonly string[], volume: string): Promise<DriveFolder[]> =>
  Promise.all(drives.map((path) => describeDrive(path, volume)))

async function describeDrive(path: string, volume: string): Promise<DriveFolder> {
  const nothing = { deploymentId: null, driveId: null, set: null, position: null, setDrives: [], poolSets: [] }
  if ((await lstat(path).catch(() => null)) === null)
    return { path, present: false, layout: null, ...nothing, trouble: 'There is no such folder.' }
  if ((await lstat(join(path, volume)).catch(() => null))?.isSymbolicLink()) {
    const trouble = `Its ${volume} is a link, which no drive of MinIO holds: it is not followed.`
    return { path, present: true, layout: null, ...nothing, trouble }
  }
  const text = await readFolderFile(join(path, volume, 'format.json'), MAX_FORMAT_BYTES).catch(() => undefined)
  const { data } = z.safeParse(Format, text && parseJson(text))
  if (data === undefined) {
    const trouble = `It is no drive of MinIO, or it can’t be read: ${volume}/format.json is missing or is not what it should be.`
    return { path, present: true, layout: null, ...nothing, trouble }
  }
  const { format, id: deploymentId, xl } = data
  if (format === 'fs') return { path, present: true, layout: 'fs', ...nothing, deploymentId, trouble: null }
  const set = xl?.sets.findIndex((drives) => drives.includes(xl.this)) ?? -1
  if (xl === undefined || set < 0) {
    const trouble = `Its format.json is of a layout that is not known (${format.slice(0, 20)}), or does not name the drive itself.`
    return { path, present: true, layout: null, ...nothing, deploymentId, trouble }
  }
  const setDrives = xl.sets[set]!
  const position = setDrives.indexOf(xl.this)
  return {
    path,
    present: true,
    layout: 'erasure',
    deploymentId,
    driveId: xl.this,
    set,
    position,
    setDrives,
    poolSets: xl.sets,
    trouble: null,
  }
}

/**
 * The drives that are there, once it is sure that they belong together.
 *
 * @throws AppError `invalid-input`, in words, for drives of two clusters or of two layouts, for one that is given twice,
 *   and where no drive is left
 */
export async function matchingDrives(drives: readonly string[], volume: string): Promise<DriveFolder[]> {
  const described = await describeDrives(drives, volume)
  const usable = described.filter(({ layout }) => layout !== null)
  const [first] = usable
  if (first === undefined) {
    const said = described.map(({ path, trouble }) => `${path}: ${trouble}`).join(' ')
    throw new AppError('invalid-input', `No drive can be read. ${said || 'Name the folders of the drives.'}`)
  }
  const foreign = usable.find(({ deploymentId }) => deploymentId !== first.deploymentId)
  if (foreign)
    throw wrong(foreign, `belongs to another cluster than ${first.path}: their format.json name different deployments.`)
  const other = usable.find(({ layout }) => layout !== first.layout)
  if (other) throw wrong(other, `is of another layout than ${first.path}.`)
  await refuseTwins(usable)
  return usable
}

async function refuseTwins(drives: readonly DriveFolder[]) {
  const seen = new Map<string, DriveFolder>()
  for (const drive of drives) {
    for (const name of [await realpath(drive.path), drive.driveId ?? 'fs']) {
      const twin = seen.get(name)
      if (twin) throw wrong(drive, `is the same drive as ${twin.path}, or a copy of it: give each drive once.`)
      seen.set(name, drive)
    }
  }
}

const wrong = ({ path }: DriveFolder, what: string) => new AppError('invalid-input', `The drive ${path} ${what}`)

/** No writing, no following of a link, and no waiting for the other end of a pipe. */
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Reads a file of a drive. Only the last part of the path is kept from being a link.
 *
 * @returns undefined where there is none
 * @throws AppError `invalid-input` for a link, for what is no regular file, and for one that is too large
 */
export async function readFolderFile(file: string, maxBytes: number): Promise<Buffer | undefined> {
  const handle = await open(file, READ_ONLY).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    const why = error.code === 'ELOOP' ? 'is a link, which no drive of MinIO holds' : `can’t be read (${error.code})`
    throw new AppError('invalid-input', `${file} ${why}.`, { cause: error })
  })
  if (handle === undefined) return undefined
  try {
    const status = await handle.stat()
    if (!status.isFile()) throw new AppError('invalid-input', `${file} is no regular file.`)
    if (status.size > maxBytes) throw new AppError('invalid-input', `${file} is larger than ${inWords(maxBytes)}.`)
    return await readUpTo(handle, status.size)
  } finally {
    await handle.close()
  }
}

export const inWords = (bytes: number) =>
  bytes < 2 ** 20 ? `${bytes} bytes` : `${Math.round((bytes / 2 ** 20) * 10) / 10} MiB`

/** No more than its size was when it was looked at, however it grows meanwhile. */
async function readUpTo(handle: FileHandle, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size)
  let read = 0
  while (read < size) {
    const { bytesRead } = await handle.read(bytes, read, size - read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}
