import { mkdir, open, readdir, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { keyExists, keyNotFound } from './errors.ts'

/** A listing ends here; `continueAt` then names the next key. */
const MAX_NAMES = 1024
const MAX_FILE_BYTES = 1 << 20

/** One file per key, named like the key; any file in the directory is taken for a key. */
export type FileKeystore = ReturnType<typeof fileKeystore>

/** Makes `directory` and its parents when absent. @throws Error in KES's words when it is not a directory */
export async function openKeystore(directory: string): Promise<FileKeystore> {
  await mkdir(directory, { recursive: true, mode: 0o755 }).catch((error: unknown) => {
    if (hasCode(error, 'ENOTDIR')) throw new Error(`stat ${directory}: not a directory`)
    if (!hasCode(error, 'EEXIST')) throw error
  })
  if (!(await stat(directory)).isDirectory()) throw new Error(`fs: '${directory}' is not a directory`)
  return fileKeystore(directory)
}

function fileKeystore(directory: string) {
  /** Entries of `keys:` in the configuration come here unchecked, so the name is checked again. */
  const fileOf = (name: string) => {
    if (name === '' || /[/\\.]/.test(name)) throw new Error('fs: key name contains invalid character')
    return join(directory, name)
  }

  return {
    /** Rejects when the directory is out of reach. */
    async ping(): Promise<void> {
      await stat(directory)
    },

    /** Writes to disk for certain before it resolves. @throws ApiError when the name is taken */
    async create(name: string, content: string): Promise<void> {
      const path = fileOf(name)
      const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
        throw hasCode(error, 'EEXIST') ? keyExists() : error
      })
      try {
        await file.writeFile(content)
        await file.sync()
        await file.close()
      } catch (error) {
        await file.close().catch(() => {})
        await unlink(path).catch(() => {}) // half a key must not occupy the name
        throw error
      }
    },

    /** @throws ApiError when there is no such file */
    async read(name: string): Promise<string> {
      const file = await open(fileOf(name), 'r').catch(missingIsUnknownKey)
      try {
        const { size } = await file.stat()
        const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(size, MAX_FILE_BYTES)))
        return buffer.toString('utf8', 0, bytesRead)
      } finally {
        await file.close()
      }
    },

    /** @throws ApiError when there is no such file */
    async remove(name: string): Promise<void> {
      const path = fileOf(name)
      await unlink(path).catch(async (error: unknown) => {
        // An empty sub-directory can be removed like a key, a filled one cannot.
        if (hasCode(error, 'EISDIR') || hasCode(error, 'EPERM')) return rmdir(path)
        return missingIsUnknownKey(error)
      })
    },

    async list(prefix: string): Promise<Listing> {
      return cut(await readdir(directory), prefix)
    },
  }
}

export type Listing = { names: string[]; continueAt: string | undefined }

/** The names that begin with `prefix`, in byte order, up to 1024. With a prefix, KES lets a single 1025th one pass. */
export function cut(all: readonly string[], prefix: string): Listing {
  // Strings compare by UTF-16, which is the order of bytes but for what lies beyond U+D7FF: foreign files alone have such names.
  const compare = all.some((name) => /[\ud800-\uffff]/.test(name)) ? byBytes : byUnits
  const names = all.filter((name) => name.startsWith(prefix)).sort(compare)
  const last = names.at(-1)
  const endsTheDirectory = prefix !== '' && last !== undefined && all.every((name) => compare(name, last) <= 0)
  const limit = endsTheDirectory ? MAX_NAMES + 1 : MAX_NAMES
  if (names.length <= limit) return { names, continueAt: undefined }
  return { names: names.slice(0, MAX_NAMES), continueAt: names[MAX_NAMES] }
}

const byUnits = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)
const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other))

function missingIsUnknownKey(error: unknown): never {
  throw hasCode(error, 'ENOENT') ? keyNotFound() : error
}

const hasCode = (error: unknown, code: string) =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === code
