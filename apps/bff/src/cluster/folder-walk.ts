import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What a folder of one drive holds, by name; nothing where the drive has no such folder. */
interface Level {
  readonly folders: ReadonlySet<string>
  readonly files: ReadonlySet<string>
  /** Why it could not be read: what lies below it on this drive is not known. */
  readonly trouble?: string
}

/** A path that is an item on some drive. */
export interface FoundItem {
  /** Below the volume. */
  readonly path: string
  /** Those that have it. */
  readonly roots: readonly string[]
  /** It is a folder that could not be read on a drive: it stands for all that it may hold there. */
  readonly trouble?: string
}

/**
 * Walks the same folder on several drives at once, in the order of names. Links are not followed: they are neither folders
 * nor files.
 *
 * @param roots the system volumes of the drives
 * @param style an item is a folder with an xl.meta, or in the old layout `fs` a file
 */
export async function* walkTogether(
  roots: readonly string[],
  path: string,
  style: 'erasure' | 'fs',
): AsyncGenerator<FoundItem, void> {
  const levels = await Promise.all(roots.map(async (root) => [root, await readLevel(join(root, path))] as const))
  const trouble = levels.find(([, level]) => level.trouble !== undefined)?.[1].trouble
  if (trouble !== undefined) yield { path, roots: [], trouble }
  const holding = levels.filter(([, { files }]) => files.has('xl.meta')).map(([root]) => root)
  if (style === 'erasure' && holding.length > 0) {
    yield { path, roots: holding }
    return
  }
  const names = new Set(levels.flatMap(([, { folders, files }]) => [...folders, ...(style === 'fs' ? files : [])]))
  for (const name of [...names].sort()) {
    const below = `${path}/${name}`
    const asFile = style === 'fs' ? levels.filter(([, { files }]) => files.has(name)).map(([root]) => root) : []
    if (asFile.length > 0) yield { path: below, roots: asFile }
    const asFolder = levels.filter(([, { folders }]) => folders.has(name)).map(([root]) => root)
    if (asFolder.length > 0) yield* walkTogether(asFolder, below, style)
  }
}

/** Names of the folders right below a folder, on any of the drives. */
export async function namesBelow(roots: readonly string[], path: string) {
  const levels = await Promise.all(roots.map((root) => readLevel(join(root, path))))
  return {
    names: [...new Set(levels.flatMap(({ folders }) => [...folders]))].sort(),
    trouble: levels.find(({ trouble }) => trouble !== undefined)?.trouble,
  }
}

const NONE: ReadonlySet<string> = new Set()

async function readLevel(folder: string): Promise<Level> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => error)
  if (entries instanceof Error) {
    const known = { folders: NONE, files: NONE }
    const absent = entries.code === 'ENOENT' || entries.code === 'ENOTDIR'
    return absent ? known : { ...known, trouble: `the folder ${folder} can’t be read (${entries.code})` }
  }
  return {
    folders: new Set(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)),
    files: new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name)),
  }
}
