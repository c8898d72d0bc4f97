import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
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
    return openWithDataKey(stored, openDataKey(material, seal.sealedKey, seal.context))
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

/** The content of an item sealed by a KMS key, with its data key. */
export const openWithDataKey = (stored: Buffer, dataKey: Uint8Array) => openStream(kmsStream(stored), dataKey)

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
  const first = createCipheriv('aes-256-gcm', key, nonceAt(0))
  first.final()
  const emptyTag = first.getAuthTag()
  const pieces: Buffer[] = []
  for (let offset = 0, counter = 1; offset < bytes.length; offset += FRAGMENT + TAG, counter++) {
    const fragment = bytes.subarray(offset, offset + FRAGMENT + TAG)
    const last = offset + fragment.length === bytes.length
    const decipher = createDecipheriv('aes-256-gcm', key, nonceAt(counter))
    decipher.setAAD(Buffer.concat([Buffer.from([last ? 0x80 : 0]), emptyTag]))
    decipher.setAuthTag(fragment.subarray(-TAG))
    pieces.push(decipher.update(fragment.subarray(0, -TAG)), decipher.final())
  }
  return Buffer.concat(pieces)
}

interface KmsHeader {
  readonly keyid: string
  readonly kmskey: string
  readonly algorithm: string
  readonly nonce: string
}

const HEADER_AT = 5

/** `1 ‖ uint32 LE length ‖ JSON ‖ stream`; undefined for anything else. */
function kmsHeader(stored: Buffer): KmsHeader | undefined {
  if (stored[0] !== 1 || stored[HEADER_AT] !== 0x7b) return undefined
  const header = JSON.parse(stored.toString('utf8', HEADER_AT, streamAt(stored))) as KmsHeader
  if (header.algorithm !== 'AES-256-GCM')
    throw new Error(`sealed by ${header.algorithm}, which these tests do not open`)
  return header
}

const streamAt = (stored: Buffer) => HEADER_AT + stored.readUInt32LE(1)

const kmsStream = (stored: Buffer): Stream => ({
  nonce: Buffer.from(kmsHeader(stored)!.nonce, 'base64'),
  bytes: stored.subarray(streamAt(stored)),
})

/** `ciphertext ‖ tag(16) ‖ iv(16) ‖ nonce(12)`, the same for a static key and for KES; of 2021 the same parts as JSON. */
function openDataKey(material: Buffer, sealed: Buffer, context: Buffer): Buffer {
  const { iv, nonce, bytes } = sealed.toString('latin1', 0, 8) === '{"aead":' ? partsOf2021(sealed) : parts(sealed)
  const decipher = createDecipheriv('aes-256-gcm', createHmac('sha256', material).update(iv).digest(), nonce)
  decipher.setAAD(context)
  decipher.setAuthTag(bytes.subarray(-TAG))
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG)), decipher.final()])
}

const parts = (sealed: Buffer) => ({
  iv: sealed.subarray(-28, -12),
  nonce: sealed.subarray(-12),
  bytes: sealed.subarray(0, -28),
})

function partsOf2021(sealed: Buffer): ReturnType<typeof parts> {
  const { aead, iv, nonce, bytes } = JSON.parse(sealed.toString('utf8')) as Record<string, string>
  if (aead !== 'AES-256-GCM-HMAC-SHA-256')
    throw new Error(`a data key sealed by ${aead}, which these tests do not open`)
  const [a, b, c] = [iv, nonce, bytes].map((text) => Buffer.from(text!, 'base64'))
  return { iv: a!, nonce: b!, bytes: c! }
}

/** Go's JSON escapes more than ours does. */
const contextOf = (path: string) =>
  Buffer.from(
    JSON.stringify({ '.minio.sys': `.minio.sys/${path}` }).replace(
      /[<>&\u2028\u2029]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  )

const isText = (bytes: Buffer) => Buffer.from(bytes.toString('utf8')).equals(bytes)

/** `name:base64` as in MINIO_KMS_SECRET_KEY. */
export function staticKey(line: string): KeyMaterial {
  const [name, material] = line.split(':') as [string, string]
  return new Map([[name, Buffer.from(material, 'base64')]])
}

/** The keys in a keystore folder of KES. */
export const keystoreKeys = (folder: string): KeyMaterial =>
  new Map(readdirSync(folder).map((name) => [name, materialIn(readFileSync(join(folder, name), 'utf8'))]))

/** base64 of a protobuf message: field 1 is the key, and in it field 1 its 32 bytes. */
function materialIn(text: string): Buffer {
  const material = firstField(firstField(Buffer.from(text, 'base64')))
  if (material.length !== 32) throw new Error('a key file without 32 bytes of material')
  return material
}

/** Field 1 at the beginning of a message, of a length below 128. */
function firstField(message: Buffer): Buffer {
  const [tag, length = 0] = message
  if (tag !== 0x0a || length > 0x7f) throw new Error('a key file in another layout')
  return message.subarray(2, 2 + length)
}
