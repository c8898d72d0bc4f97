import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ListedVersion } from '../../minio/version-listing.ts'

/** Rows that a list has at most: some 100 MB. */
export const ROWS_MOST = 1_000_000

const HEAD = 'key,version_id,state,bytes,modified_at\r\n'

/** How far a list has come, to go on with it. */
export interface PlainListEnd {
  /** Bytes of the file that hold. */
  readonly bytes: number
  readonly rows: number
}

/**
 * A list of plain versions that grows page by page: CSV by RFC 4180 in a file of mode 0600. What lies in the file beyond
 * the end that was written down elsewhere is cut off when it is opened, so no row stands in it twice.
 */
export class PlainList implements AsyncDisposable {
  readonly #file: FileHandle
  #end: PlainListEnd

  private constructor(file: FileHandle, end: PlainListEnd) {
    this.#file = file
    this.#end = end
  }

  /**
   * @param end as it was written down; a new list ends at zero
   * @returns null where the file is gone, or shorter than what was written down of it
   */
  static async open(path: string, end: PlainListEnd): Promise<PlainList | null> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(path, end.bytes === 0 ? 'w' : 'r+', 0o600).catch(noneIfMissing)
    if (file === null) return null
    const list = new PlainList(file, end)
    const whole = await list.#begin().catch(async (error: unknown) => {
      await file.close()
      throw error
    })
    if (whole) return list
    await file.close()
    return null
  }

  get end(): PlainListEnd {
    return this.#end
  }

  /** Adds those of `versions` that are plain, as long as there is room. */
  async add(versions: readonly ListedVersion[]) {
    const plain = versions.filter(({ mode }) => mode === 'none').slice(0, ROWS_MOST - this.#end.rows)
    if (plain.length > 0) await this.#append(plain.map(rowOf).join(''), plain.length)
  }

  [Symbol.asyncDispose]() {
    return this.#file.close()
  }

  async #begin(): Promise<boolean> {
    if (this.#end.bytes === 0) await this.#append(HEAD, 0)
    else if ((await this.#file.stat()).size < this.#end.bytes) return false
    else await this.#file.truncate(this.#end.bytes)
    return true
  }

  async #append(text: string, rows: number) {
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; ) {
      at += (await this.#file.write(bytes, at, bytes.length - at, this.#end.bytes + at)).bytesWritten
    }
    this.#end = { bytes: this.#end.bytes + bytes.length, rows: this.#end.rows + rows }
  }
}

function noneIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

const rowOf = ({ key, versionId, current, sizeBytes, modifiedAt }: ListedVersion) =>
  `${keyCell(key)},${versionId},${current ? 'current' : 'older'},${sizeBytes},${modifiedAt}\r\n`

/**
 * A spreadsheet would take some keys for formulas, so they get an apostrophe in front. So do those that begin with one:
 * whoever takes the first apostrophe off has every key as it is.
 */
function keyCell(key: string): string {
  const harmless = /^['=+\-@\t\r\n]/.test(key) ? `'${key}` : key
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
