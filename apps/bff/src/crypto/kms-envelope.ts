import { fromBase64, viewOf } from './bytes.ts'
import { parseJson } from './canonical-json.ts'
import { ForgeryError } from './failures.ts'
import { isMap } from './message-pack.ts'
import { openSio, type SioCipher } from './sio.ts'

const HEADER = 5
/** Far above what a data key and names need: a larger number is no length. */
const MAX_METADATA = 64 * 1024

/** An item sealed under a KMS key, taken apart. Byte arrays are views, or small copies. */
export interface KmsEnvelope {
  readonly keyName: string
  /** The data key, sealed by the KMS key: see data-key.ts. */
  readonly sealedKey: Uint8Array
  readonly algorithm: SioCipher
  /** 8 bytes. */
  readonly nonce: Uint8Array
  readonly stream: Uint8Array
}

/**
 * Takes apart `0x01 ‖ uint32 LE length ‖ JSON {keyid, kmskey, algorithm, nonce} ‖ sio stream`, which needs no key.
 * Source: minio internal/config/crypto.go Encrypt.
 *
 * @returns `undefined` for anything else: an item under root credentials may begin with 0x01 too, so all of it must fit.
 *   An envelope that names no key is none: neither MinIO nor KES opens it.
 */
export function parseKmsEnvelope(bytes: Uint8Array): KmsEnvelope | undefined {
  if (bytes.length < HEADER || bytes[0] !== 1) return undefined
  const length = viewOf(bytes).getUint32(1, true)
  const end = HEADER + length
  if (length > MAX_METADATA || end > bytes.length) return undefined
  const metadata = parseJson(bytes.subarray(HEADER, end))
  if (!isMap(metadata)) return undefined
  const { keyid: keyName, kmskey, algorithm, nonce: nonceText } = metadata
  if (typeof keyName !== 'string' || keyName === '' || typeof kmskey !== 'string' || typeof nonceText !== 'string')
    return undefined
  if (algorithm !== 'AES-256-GCM' && algorithm !== 'ChaCha20-Poly1305') return undefined
  const [sealedKey, nonce] = [fromBase64(kmskey), fromBase64(nonceText)]
  if (!sealedKey || nonce?.length !== 8) return undefined
  return { keyName, sealedKey, algorithm, nonce, stream: bytes.subarray(end) }
}

/**
 * Opens the content of an envelope with its data key.
 *
 * @param dek 32 bytes, left untouched; one of another length is no data key of an envelope, whoever handed it out
 * @throws ForgeryError where the stream is short, altered or under another data key
 */
export function openKmsEnvelope({ algorithm, nonce, stream }: KmsEnvelope, dek: Uint8Array): Uint8Array {
  if (dek.length !== 32) throw new ForgeryError()
  return openSio({ cipher: algorithm, key: dek, nonce }, stream)
}
