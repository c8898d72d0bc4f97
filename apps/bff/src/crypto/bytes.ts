const utf8 = new TextEncoder()
// `ignoreBOM` keeps a byte order mark as it is: these bytes are compared and hashed afterwards.
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 bytes of `text`. */
export const fromText = (text: string): Uint8Array => utf8.encode(text)

/** The text in `bytes`, or `undefined` where they are no valid UTF-8. */
export function toText(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** The bytes of standard, padded base64, or `undefined` for anything else. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
}

/** One array of all `parts`, in order. */
export const concat = (...parts: readonly Uint8Array[]): Uint8Array => concatAll(parts)

/** {@link concat} for a list of any length: arguments lie on the stack, which holds some 100,000. */
export function concatAll(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Below zero, zero or above it, as `a` sorts before, with or after `b` byte by byte. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

/** A view of `bytes` for reading numbers at offsets. */
export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
