import { decodeBase64, encodeBase64 } from './base64.ts'
import { readFields } from './go-json.ts'
import { bytesField, messageField, numberField, parseMessage } from './protobuf.ts'
import { formatTimestamp, parseTimestamp, type Timestamp, ZERO_TIME } from './timestamp.ts'

export type Cipher = 'AES256' | 'ChaCha20'

export type Key = {
  cipher: Cipher
  /** 32 bytes */
  secret: Buffer
  /** 32 bytes; keys of the older JSON file form have none */
  hmacSecret: Buffer | undefined
  createdAt: Timestamp
  createdBy: string
}

const SECRET_BYTES = 32
const CIPHERS: readonly Cipher[] = ['AES256', 'ChaCha20'] // protobuf numbers 1 and 2
const SHA256 = 1

/** Both the present and the former names of the ciphers are read everywhere; only the present ones are written. */
export const parseCipher = (name: string): Cipher | undefined =>
  name === 'AES256' || name === 'AES256-GCM_SHA256'
    ? 'AES256'
    : name === 'ChaCha20' || name === 'XCHACHA20-POLY1305'
      ? 'ChaCha20'
      : undefined

/**
 * The text of a key file: base64, without a newline, of
 * `KeyVersion{1: {1: secret, 2: cipher}, 2: {1: hmac secret, 2: hash}, 3: {1: seconds, 2: nanos}, 4: created by}`.
 */
export function encodeKeyFile(key: Key & { hmacSecret: Buffer }): string {
  const { seconds, nanos } = key.createdAt
  const cipher = numberField(2, CIPHERS.indexOf(key.cipher) + 1)
  return encodeBase64(
    Buffer.concat([
      messageField(1, Buffer.concat([bytesField(1, key.secret), cipher])),
      messageField(2, Buffer.concat([bytesField(1, key.hmacSecret), numberField(2, SHA256)])),
      messageField(3, Buffer.concat([numberField(1, seconds), numberField(2, nanos)])),
      bytesField(4, Buffer.from(key.createdBy)),
    ]),
  )
}

/**
 * Reads a key file: the form above or the JSON of older servers.
 *
 * @throws Error when it is neither, or lacks a key. The real server crashes on a file without the HMAC key; here it
 * is a damaged file like any other.
 */
export function parseKeyFile(text: string): Key {
  if (isJson(text)) return parseJson(text)
  const raw = decodeBase64(text)
  if (!raw) throw new Error('the key file is neither JSON nor base64')
  const { bytes } = parseMessage(raw)
  const secret = parseMessage(bytes.get(1) ?? Buffer.alloc(0))
  const hmac = parseMessage(bytes.get(2) ?? Buffer.alloc(0))
  const created = parseMessage(bytes.get(3) ?? Buffer.alloc(0))
  const cipher = CIPHERS[Number(secret.numbers.get(2) ?? 0n) - 1]
  if (!cipher) throw new Error('the key file names no known cipher')
  if (hmac.numbers.get(2) !== BigInt(SHA256)) throw new Error('the key file names no known HMAC hash')
  return {
    cipher,
    secret: checkedSecret(secret.bytes.get(1)),
    hmacSecret: checkedSecret(hmac.bytes.get(1)),
    createdAt: {
      seconds: Number(BigInt.asIntN(64, created.numbers.get(1) ?? 0n)),
      nanos: Number(BigInt.asIntN(32, created.numbers.get(2) ?? 0n)),
    },
    createdBy: new TextDecoder('utf-8', { fatal: true }).decode(bytes.get(4)),
  }
}

function parseJson(text: string): Key {
  const shape = { bytes: 'bytes', algorithm: 'text', created_at: 'text', created_by: 'text' } as const
  const fields = readFields(text, shape)
  if (!fields) throw new Error('the key file is JSON, but not that of a key')
  const cipher = parseCipher(fields.algorithm || 'AES256')
  if (!cipher) throw new Error('the key file names no known cipher')
  return {
    cipher,
    secret: checkedSecret(fields.bytes),
    hmacSecret: undefined,
    createdAt: fields.created_at ? parseTimestamp(fields.created_at) : ZERO_TIME,
    createdBy: fields.created_by,
  }
}

function checkedSecret(secret: Buffer | undefined): Buffer {
  if (secret?.length !== SECRET_BYTES) throw new Error(`the key file holds no secret of ${SECRET_BYTES} bytes`)
  return secret
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What `describe` tells of a key. `created_by` is left out when unknown. */
export const describeKey = (name: string, { cipher, createdAt, createdBy }: Key) => ({
  name,
  algorithm: cipher,
  created_at: formatTimestamp(createdAt),
  ...(createdBy && { created_by: createdBy }),
})
