import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'

const KEY_BYTES = 32
const NONCE_BYTES = 24
/** A page asks several things in a row: so long an opened record is kept, while its file is there. */
const OPENED_MS = 5_000
const PURPOSE = new TextEncoder().encode('strongroom session v1')

/**
 * Records sealed under keys that this store does not keep. A ticket `id.key` opens its record; the folder alone opens
 * nothing, and neither does the ticket once the record is deleted. Replicas share the folder.
 *
 * A record is `nonce(24) ‖ XChaCha20-Poly1305(key, nonce, JSON, aad = purpose ‖ id)`, in a file named by SHA-256(id), so
 * that a listing of the folder gives no ids away. Its mtime is when it was last used.
 */
export class SealedStore {
  readonly #folder: string
  /** By ticket. A record never changes, so whether it counts is whether its file is there, and that is looked at each time. */
  readonly #opened = new Map<string, unknown>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Seals `record` and returns the ticket that opens it. */
  async put(record: object): Promise<{ id: string; ticket: string }> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const id = randomBytes(16)
    const key = randomBytes(KEY_BYTES)
    const nonce = randomBytes(NONCE_BYTES)
    const sealed = xchacha20poly1305(key, nonce, bound(id)).encrypt(new TextEncoder().encode(JSON.stringify(record)))
    const file = this.#file(id)
    await writeFile(`${file}.new`, Buffer.concat([nonce, sealed]), { mode: 0o600, flag: 'wx' })
    await rename(`${file}.new`, file)
    return { id: nameOf(id), ticket: `${id.toString('base64url')}.${key.toString('base64url')}` }
  }

  /** The record behind `ticket` and when it was last used, or undefined: gone, foreign or altered. */
  async open(ticket: string): Promise<{ id: string; record: unknown; usedAt: Date } | undefined> {
    const parsed = parse(ticket)
    if (parsed === undefined) return undefined
    const file = this.#file(parsed.id)
    const found = await stat(file).catch(() => undefined)
    const record = found && (this.#opened.get(ticket) ?? (await this.#unseal(file, ticket, parsed)))
    if (found === undefined || record === undefined) {
      this.#opened.delete(ticket)
      return undefined
    }
    return { id: nameOf(parsed.id), record, usedAt: found.mtime }
  }

  async #unseal(file: string, ticket: string, { id, key }: { id: Uint8Array; key: Uint8Array }): Promise<unknown> {
    try {
      const bytes = await readFile(file)
      const cipher = xchacha20poly1305(key, bytes.subarray(0, NONCE_BYTES), bound(id))
      const text = new TextDecoder().decode(cipher.decrypt(bytes.subarray(NONCE_BYTES)))
      const record: unknown = JSON.parse(text)
      this.#opened.set(ticket, record)
      setTimeout(() => this.#opened.delete(ticket), OPENED_MS).unref()
      return record
    } catch {
      return undefined
    }
  }

  /** Marks the record as used now. */
  async touch(ticket: string) {
    const parsed = parse(ticket)
    const now = new Date()
    if (parsed) await utimes(this.#file(parsed.id), now, now).catch(() => undefined)
  }

  async delete(ticket: string) {
    const parsed = parse(ticket)
    this.#opened.delete(ticket)
    if (parsed) await rm(this.#file(parsed.id), { force: true })
  }

  /** Deletes what was not used for `ageMs`: nobody can come back to it. */
  async sweep(ageMs: number) {
    const names = await readdir(this.#folder).catch(() => [])
    for (const name of names.filter((each) => RECORD.test(each))) {
      const file = join(this.#folder, name)
      const found = await stat(file).catch(() => undefined)
      if (found && Date.now() - found.mtimeMs > ageMs) await rm(file, { force: true })
    }
  }

  #file = (id: Uint8Array) => join(this.#folder, nameOf(id))
}

/** What this store writes; a mounted folder may hold other things. */
const RECORD = /^[0-9a-f]{64}(\.new)?$/
const nameOf = (id: Uint8Array) => createHash('sha256').update(id).digest('hex')
const bound = (id: Uint8Array) => Buffer.concat([PURPOSE, id])

function parse(ticket: string) {
  const [idText, keyText, ...rest] = ticket.split('.')
  const id = Buffer.from(idText ?? '', 'base64url')
  const key = Buffer.from(keyText ?? '', 'base64url')
  return rest.length === 0 && id.length === 16 && key.length === KEY_BYTES ? { id, key } : undefined
}
