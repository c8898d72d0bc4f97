import { createDecipheriv, createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashRaw } from '@node-rs/argon2'

/**
 * Opens items of MinIO with Node's own cryptography and a native Argon2id, independently of the console's crypto core.
 */

/** 32 bytes by key name. */
export type KeyMaterial = ReadonlyMap<string, Buffer>

export interface Openers {
  readonly root?: { readonly user: string; readonly password: string }
  readonly keys?: KeyMaterial
}

/** What seals the stored bytes of an item. */
export type Sealed =
  | { readonly by: 'nothing' }
  | { readonly by: 'root' }
  | { readonly by: 'kms'; readonly key: string; readonly sealedKey: Buffer; readonly context: Buffer }

export function sealOf(path: string, stored: Buffer): Sealed {
  if (isText(stored)) return { by: 'nothing' }
  const header = kmsHeader(stored)
  if (header === undefined) return { by: 'root' }
  return {
    by: 'kms',
    key: header.keyid,
    sealedKey: Buffer.from(header.kmskey, 'base64'),
    context: contextOf(path),
  }
}

/** The plain content of an item. @throws Error when a key is missing or does not fit */
export async function openItem(path: string, stored: Buffer, { root, keys }: Openers): Promise<Buffer> {
  const seal = sealOf(path, stored)
  if (seal.by === 'nothing') return stored
  if (seal.by === 'kms') {
    const material = keys?.get(seal.key)
    if (material === undefined) throw new Error(`${path}: there is no material of the key ${seal.key}.`)
    return openStream(kmsStream(stored), openDataKey(material, seal.sealedKey, seal.context))
  }
  if (root === undefined) throw new Error(`${path}: sealed by the root credentials, which are not at hand.`)
  return openWithRoot(stored, root)
}

/** Plain content of all items, by path. */
export async function openAll(stored: ReadonlyMap<string, Buffer>, openers: Openers): Promise<Map<string, Buffer>> {
  const opened = new Map<string, Buffer>()
  for (const [path, bytes] of stored) opened.set(path, await openItem(path, bytes, openers))
  return opened
}

/** `salt(32) ‖ 0 ‖ nonce(8) ‖ stream`: Argon2id over `user:password`, then AES-256-GCM. */
async function openWithRoot(stored: Buffer, { user, password }: { user: string; password: string }) {
  if (stored[32] !== 0) throw new Error('not sealed by Argon2id and AES-256-GCM')
  const key = await hashRaw(`${user}:${password}`, {
    salt: stored.subarray(0, 32),
    algorithm: 2,
    version: 1,
    timeCost: 1,
    memoryCost: 64 * 1024,
    parallelism: 4,
    outputLen: 32,
  })
  return openStream({ nonce: stored.subarray(33, 41), bytes: stored.subarray(41) }, key)
}

interface Stream {
  readonly nonce: Buffer
  readonly bytes: Buffer
}

const FRAGMENT = 16 * 1024
const TAG = 16

/** Fragments of 16 KiB and a tag; each is bound to the tag of an empty message under counter 0, and to being the last. */
function openStream({ nonce, bytes }: Stream, key: Uint8Array): Buffer {
  const nonceAt = (counter: number) => {
    const tail = Buffer.alloc(4)
    tail.writeUInt32LE(counter)
    return Buffer.concat([nonce, tail])
  }
  const first = createEmptyTag(key, nonceAt(0))
  const pieces: Buffer[] = []
  for (let offset = 0, counter = 1; offset < bytes.length; offset += FRAGMENT + TAG, counter++) {
    const fragment = bytes.subarray(offset, offset + FRAGMENT + TAG)
    const last = offset + fragment.length === bytes.length
    const decipher = createDecipheriv('aes-256-gcm', key, nonceAt(counter))
    decipher.setAAD(Buffer.concat([Buffer.from([last ? 0x80 : 0]), first]))
    decipher.setAuthTag(fragment.subarray(-TAG))
    pieces.push(decipher.update(fragment.subarray(0, -TAG)), decipher.final())
  }
  return Buffer.concat(pieces)
}
