import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What a folder of one drive holds, by name; nothing where the drive has no such folder. */
interface Level {
  readonly folders: ReadonlySet<string>
  readonly files: ReadonlySet<string>
  readonly links: ReadonlySet<string>
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
 * Walks the same folder on several drives at once, in the order of names. No link is followed, at no level of the path: one
 * in the place of the folder itself is trouble, and so is one below it where no drive has a folder or file of its name.
 * Where some have, it counts as a copy that is missing.
 *
 * @param roots the system volumes of the drives
 * @param style an item is a folder with an xl.meta, or in the old layout `fs` a file
 */
export async function* walkTogether(
  roots: readonly string[],
  path: string,
  style: 'erasure' | 'fs',
): AsyncGenerator<FoundItem, void> {
  const { clear, trouble } = await withoutLinks(roots, path)
  if (trouble !== undefined) yield { path, roots: [], trouble }
  for await (const found of walk(clear, path, style)) {
    if (trouble === undefined || found.path !== path) yield found
  }
}

async function* walk(roots: readonly string[], path: string, style: 'erasure' | 'fs'): AsyncGenerator<FoundItem, void> {
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
    if (asFolder.length > 0) yield* walk(asFolder, below, style)
  }
  for (const link of linksAlone(levels.map(([, level]) => level))) {
    const metaData = style === 'erasure' && link === 'xl.meta'
    yield { path: metaData ? path : `${path}/${link}`, roots: [], trouble: LINK }
  }
}

const LINK = 'a link lies in its place, which no drive of MinIO holds'

/** Names that are a link on some drive, and nothing else on any. */
function linksAlone(levels: readonly Level[]): string[] {
  const links = new Set(levels.flatMap(({ links }) => [...links]))
  return [...links].filter((name) => !levels.some(({ folders, files }) => folders.has(name) || files.has(name))).sort()
}

/** The roots below which no part of the path is a link. */
async function withoutLinks(roots: readonly string[], path: string) {
  const links = await Promise.all(roots.map((root) => linkIn(root, path)))
  const link = links.find((each) => each !== undefined)
  return {
    clear: roots.filter((_, at) => links[at] === undefined),
    trouble: link && `${link} is a link, which no drive of MinIO holds: it is not followed`,
  }
}

/** The first part of a path below a root that is a link. */
async function linkIn(root: string, path: string): Promise<string | undefined> {
  let at = root
  for (const name of path.split('/')) {
    at = join(at, name)
    const status = await lstat(at).catch(() => undefined)
    if (status?.isSymbolicLink()) return at
    if (!status?.isDirectory()) return undefined
  }
  return undefined
}

/** Names of the folders right below a folder, on any of the drives. */
export async function namesBelow(roots: readonly string[], path: string) {
  const { clear, trouble } = await withoutLinks(roots, path)
  const levels = await Promise.all(clear.map((root) => readLevel(join(root, path))))
  return {
    names: [...new Set(levels.flatMap(({ folders }) => [...folders]))].sort(),
    links: linksAlone(levels).map((name): FoundItem => ({ path: `${path}/${name}`, roots: [], trouble: LINK })),
    trouble: trouble ?? levels.find((level) => level.trouble !== undefined)?.trouble,
  }
}

const NONE: ReadonlySet<string> = new Set()

async function readLevel(folder: string): Promise<Level> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => error)
  if (entries instanceof Error) {
    const known = { folders: NONE, files: NONE, links: NONE }
    const absent = entries.code === 'ENOENT' || entries.code === 'ENOTDIR'
    return absent ? known : { ...known, trouble: `the folder ${folder} can’t be read (${entries.code})` }
  }
  return {
    folders: new Set(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)),
    files: new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name)),
    links: new Set(entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name)),
  }
}
