import { Secret } from '../secret.ts'
import { SourceError } from './source-error.ts'

const KEY_BYTES = 32
/** Standard base64 of 32 bytes, as Go's decoder takes it: with its padding. */
const BASE64 = /^[A-Za-z0-9+/]{43}=$/
const HEX = /^[0-9a-fA-F]{64}$/

/**
 * The 32 bytes in what a key source holds. Tried in this order: 64 hex digits (they are also valid base64, of 48
 * bytes), `name:base64` as in `MINIO_KMS_SECRET_KEY`, base64 of 32 bytes, 32 raw bytes. White space around text is
 * passed over; raw bytes are taken as they are.
 *
 * @param content wiped before this returns
 * @param keyName the only name the material may carry
 * @throws SourceError
 */
export function decodeMaterial(content: Buffer, keyName: string): Secret<Uint8Array> {
  try {
    const text = content.toString('latin1').trim()
    if (HEX.test(text)) return boxed(Buffer.from(text, 'hex'))
    const named = /^([\w-]{1,80}):([A-Za-z0-9+/=]+)$/.exec(text)
    if (named) return decodeNamed(named[1]!, named[2]!, keyName)
    if (BASE64.test(text)) return boxed(Buffer.from(text, 'base64'))
    if (content.length === KEY_BYTES) return boxed(Buffer.from(content))
    throw new SourceError(
      `It holds ${content.length} bytes that are no key: 64 hex digits, name:base64, base64 of 32 bytes or 32 raw bytes are taken.`,
    )
  } finally {
    content.fill(0)
  }
}

/** `name:base64`, the only form that MinIO takes in `MINIO_KMS_SECRET_KEY`. */
export function decodeStaticKey(value: string): { readonly keyName: string; readonly material: Secret<Uint8Array> } {
  const [, keyName, encoded] = /^([^:]+):(.*)$/s.exec(value) ?? []
  if (keyName === undefined || encoded === undefined) {
    throw new SourceError('MINIO_KMS_SECRET_KEY has no name before a colon: MinIO wants name:base64 of 32 bytes.')
  }
  return { keyName, material: decodeNamed(keyName, encoded, keyName) }
}

function decodeNamed(name: string, encoded: string, keyName: string): Secret<Uint8Array> {
  if (name !== keyName) {
    throw new SourceError(
      `It says it holds the key "${name}", but it is declared for "${keyName}": correct one of the two.`,
    )
  }
  if (HEX.test(encoded)) {
    throw new SourceError(
      'It holds 64 hex digits after the name, which MinIO reads as base64 of 48 bytes and refuses: write base64.',
    )
  }
  if (!BASE64.test(encoded))
    throw new SourceError('What follows the name is not base64 of exactly 32 bytes: correct it.')
  return boxed(Buffer.from(encoded, 'base64'))
}

/** Moves the bytes out of Node's shared buffer pool, so that wiping them wipes the only copy. */
function boxed(bytes: Buffer): Secret<Uint8Array> {
  const material = Uint8Array.from(bytes)
  bytes.fill(0)
  return new Secret(material)
}
