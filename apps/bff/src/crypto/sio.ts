import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { abytes } from '@noble/ciphers/utils.js'
import { viewOf } from './bytes.ts'
import { ForgeryError } from './failures.ts'
import { finish, type Steps } from './steps.ts'

const FRAGMENT = 16384
const TAG = 16
const SEALED_FRAGMENT = FRAGMENT + TAG
/** Fragments opened in one step. */
const STEP = 16
const EMPTY = new Uint8Array(0)

export type SioCipher = 'AES-256-GCM' | 'ChaCha20-Poly1305'

/**
 * Opens `ciphertext ‖ tag(16)` of AES-256-GCM into memory of its own. Throws what it likes where that is not authentic.
 * Handed in where much is to be opened: a native one is ten times as fast as JavaScript.
 */
export type OpenAes256Gcm = (
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  sealed: Uint8Array,
) => Uint8Array

export interface SioKey {
  readonly cipher: SioCipher
  /** 32 bytes, left untouched. */
  readonly key: Uint8Array
  /** 8 bytes. Never use a pair of key and nonce for two streams. */
  readonly nonce: Uint8Array
  readonly associatedData?: Uint8Array
}

/** Bytes of the stream that seals `plaintextBytes` bytes. */
export const sealedSioSize = (plaintextBytes: number) =>
  plaintextBytes + TAG * Math.max(1, Math.ceil(plaintextBytes / FRAGMENT))

/** Bytes inside a stream of `sealedBytes` bytes, or `undefined` where no stream has that length. */
export function openedSioSize(sealedBytes: number): number | undefined {
  const last = sealedBytes % SEALED_FRAGMENT
  // A stream ends with a full fragment, never with an empty one after it; only the empty stream is a tag alone.
  if (sealedBytes < TAG || (last !== 0 && last < TAG) || (last === TAG && sealedBytes !== TAG)) return undefined
  return sealedBytes - TAG * Math.ceil(sealedBytes / SEALED_FRAGMENT)
}

/**
 * Seals `plaintext` into a stream of the secure-io/sio-go kind (not minio/sio's DARE): fragments of 16384 bytes, each
 * with a 16-byte tag. A fragment's nonce is `nonce ‖ uint32 LE counter`, counting from 1; its associated data is
 * `0x00 ‖ T`, or `0x80 ‖ T` in the last one, where T is the tag of the empty message under counter 0 and the caller's
 * associated data. Source: minio/madmin-go EncryptData, secure-io/sio-go.
 */
export function sealSio(sio: SioKey, plaintext: Uint8Array): Uint8Array {
  const bindings = bind(sio)
  const seal = aeads[sio.cipher]
  const sealed = new Uint8Array(sealedSioSize(plaintext.length))
  const count = Math.max(1, Math.ceil(plaintext.length / FRAGMENT))
  for (let i = 0; i < count; i++) {
    const clear = plaintext.subarray(i * FRAGMENT, (i + 1) * FRAGMENT)
    const { nonce, associatedData } = bindings(i + 1, i + 1 === count)
    sealed.set(seal(sio.key, nonce, associatedData).encrypt(clear), i * SEALED_FRAGMENT)
  }
  return sealed
}

/**
 * Opens a stream made by {@link sealSio}.
 *
 * @throws ForgeryError whether the stream is short, altered or under another key; nothing of it is given out then
 */
export const openSio = (sio: SioKey, bytes: Uint8Array): Uint8Array => finish(openSioInSteps(sio, bytes))

export interface Opening {
  /** Opens the fragments of that cipher; noble does without it. */
  readonly openAes256Gcm?: OpenAes256Gcm | undefined
  /** Where the plaintext goes: new memory without it. May be the stream itself, which is then overwritten. */
  readonly into?: Uint8Array | undefined
}

/** {@link openSio} in steps of 256 KiB, which take JavaScript some milliseconds each. Failures come out of `next()`. */
export function* openSioInSteps(sio: SioKey, bytes: Uint8Array, opening: Opening = {}): Steps<Uint8Array> {
  const bindings = bind(sio)
  const { openAes256Gcm = openWith(gcm) } = opening
  const open = sio.cipher === 'AES-256-GCM' ? openAes256Gcm : openWith(chacha20poly1305)
  const size = openedSioSize(bytes.length)
  if (size === undefined) throw new ForgeryError()
  const plaintext = opening.into?.subarray(0, size) ?? new Uint8Array(size)
  const count = Math.ceil(bytes.length / SEALED_FRAGMENT)
  let opened = 0
  try {
    while (opened < count) {
      const sealed = bytes.subarray(opened * SEALED_FRAGMENT, (opened + 1) * SEALED_FRAGMENT)
      const { nonce, associatedData } = bindings(opened + 1, opened + 1 === count)
      const clear = orForged(() => open(sio.key, nonce, associatedData, sealed))
      plaintext.set(clear, opened * FRAGMENT)
      clear.fill(0)
      opened++
      if (opened % STEP === 0 && opened < count) yield
    }
    return plaintext
  } finally {
    if (opened < count) plaintext.fill(0)
  }
}

function orForged(open: () => Uint8Array): Uint8Array {
  try {
    return open()
  } catch {
    throw new ForgeryError()
  }
}

const aeads = { 'AES-256-GCM': gcm, 'ChaCha20-Poly1305': chacha20poly1305 }

const openWith =
  (aead: (typeof aeads)[SioCipher]): OpenAes256Gcm =>
  (key, nonce, associatedData, sealed) =>
    aead(key, nonce, associatedData).decrypt(sealed)

/** Makes what each fragment is bound to, by its counter and whether it is the last. */
function bind({ cipher, key, nonce, associatedData = EMPTY }: SioKey) {
  abytes(key, 32, 'key')
  abytes(nonce, 8, 'nonce')
  abytes(associatedData, undefined, 'associatedData')
  const bound = new Uint8Array(1 + TAG)
  bound.set(aeads[cipher](key, counted(nonce, 0), associatedData).encrypt(EMPTY), 1)
  return (counter: number, last: boolean) => {
    const aad = bound.slice()
    aad[0] = last ? 0x80 : 0x00
    return { nonce: counted(nonce, counter), associatedData: aad }
  }
}

function counted(nonce: Uint8Array, counter: number): Uint8Array {
  const full = new Uint8Array(12)
  full.set(nonce)
  viewOf(full).setUint32(8, counter, true)
  return full
}
