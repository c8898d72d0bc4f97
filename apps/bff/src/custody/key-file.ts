import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { SourceError } from './source-error.ts'

/** More than any form of 32 bytes takes, with a key name in front. */
const SIZE_LIMIT_BYTES = 4096

export interface KeyFile {
  /** To be wiped by the caller. */
  readonly bytes: Buffer
  /** The file can be read or written by others than its owner. */
  readonly shared: boolean
}

/**
 * Reads a file of key material: a regular file, itself and no link to one. A link could be turned to any other file,
 * whose fingerprint would then be shown.
 *
 * @throws SourceError
 */
export async function readKeyFile(path: string): Promise<KeyFile> {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(path, flags).catch((cause: NodeJS.ErrnoException) => {
    throw new SourceError(`${path} ${REASONS[cause.code ?? ''] ?? `can't be opened (${cause.code}).`}`)
  })
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw new SourceError(`${path} is no regular file: name the file that holds the key.`)
    if (stat.size > SIZE_LIMIT_BYTES) throw new SourceError(`${path} is larger than any key: is it the right file?`)
    const buffer = Buffer.alloc(SIZE_LIMIT_BYTES + 1)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    if (bytesRead > SIZE_LIMIT_BYTES) {
      buffer.fill(0)
      throw new SourceError(`${path} is larger than any key: is it the right file?`)
    }
    return { bytes: buffer.subarray(0, bytesRead), shared: (stat.mode & 0o077) !== 0 }
  } finally {
    await file.close()
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there: put the key file on this host, or correct the path.',
  EACCES: 'may not be read by the console: let its user own the file, with mode 0400.',
  ELOOP: 'is a symbolic link, which is never followed: name the file itself.',
  EISDIR: 'is a folder: name the file that holds the key.',
  ENOTDIR: 'is below something that is no folder: correct the path.',
}
