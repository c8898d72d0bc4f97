import { randomUUID } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file of the state folder, which readers see whole: as it was, or as it is now. Mode 0600, its folder 0700.
 *
 * @param aside where it is written first; the default is of use where several processes write the same file
 */
export async function writeWhole(
  file: string,
  content: string | Uint8Array | Iterable<string>,
  aside = `${file}.${randomUUID()}.new`,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(aside, content, { mode: 0o600 })
  await rename(aside, file)
}
