import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Read at once, from the end. */
const BLOCK_BYTES = 64 * 1024
/** More than any line that is written here. A longer one is damage, and passed over. */
const LINE_BYTES = 16 * 1024
const NEWLINE = 0x0a

/**
 * Adds one line, which is on the disk when this resolves. Mode 0600, its folder 0700. Several processes may write to the
 * same file: a line is one write at its end. What a crash left of a line is ended first.
 */
export async function appendLine(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW } = constants
  const handle = await open(file, O_APPEND | O_CREAT | O_RDWR | O_NOFOLLOW, 0o600)
  let first: boolean
  try {
    const { size } = await handle.stat()
    first = size === 0
    const line = Buffer.from(`${(await endsWithin(handle, size)) ? '\n' : ''}${text}\n`)
    const { bytesWritten } = await handle.write(line)
    if (bytesWritten < line.length) throw new Error('the disk took a part of a line alone')
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (first) await syncFolder(dirname(file))
}

/** The last line was not written to its end. */
async function endsWithin(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false
  const last = Buffer.alloc(1)
  await handle.read(last, 0, 1, size - 1)
  return last[0] !== NEWLINE
}

/** A new file is there after a power cut only when its folder has been written too. */
async function syncFolder(folder: string) {
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A line, and where it begins in its file. */
export interface FoundLine {
  readonly at: number
  readonly text: string
}

/**
 * The lines of a file from its end to its beginning, in memory one block at a time. A last line without its end is none.
 *
 * @param before where to begin: the lines that begin before this byte; the end of the file unless given
 */
export async function* linesBackwards(file: string, before?: number): AsyncGenerator<FoundLine> {
  const handle = await opened(file)
  if (handle === null) return
  try {
    let end = Math.min(before ?? Number.POSITIVE_INFINITY, (await handle.stat()).size)
    /** Begins at `end`: the beginning of its first line has not been met yet. */
    let held = Buffer.alloc(0)
    let whole = before !== undefined
    while (end > 0) {
      const start = Math.max(0, end - BLOCK_BYTES)
      const bytes = Buffer.concat([await readAt(handle, start, end), held])
      let to = bytes.length
      for (let at = bytes.lastIndexOf(NEWLINE); at !== -1; at = at === 0 ? -1 : bytes.lastIndexOf(NEWLINE, at - 1)) {
        if (whole && to > at + 1) yield { at: start + at + 1, text: bytes.toString('utf8', at + 1, to) }
        whole = true
        to = at
      }
      held = to > LINE_BYTES ? Buffer.alloc(0) : bytes.subarray(0, to)
      if (to > LINE_BYTES) whole = false
      end = start
    }
    if (whole && held.length > 0) yield { at: 0, text: held.toString('utf8') }
  } finally {
    await handle.close()
  }
}

/** The whole lines that begin between `from` and the end, `limit` bytes of them at most. */
export async function linesFrom(file: string, from: number, limit: number): Promise<string[]> {
  const handle = await opened(file)
  if (handle === null) return []
  try {
    const { size } = await handle.stat()
    const bytes = await readAt(handle, Math.min(from, size), Math.min(size, from + limit))
    return bytes.toString('utf8').split('\n').slice(0, -1)
  } finally {
    await handle.close()
  }
}

async function opened(file: string): Promise<FileHandle | null> {
  return open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
}

async function readAt(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from)
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, from)
  return bytes.subarray(0, bytesRead)
}
