const ALPHABET = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', (char) =>
  char.charCodeAt(0),
)
const PAD = 0x3d

/**
 * Standard, padded base64 of `bytes` as ASCII bytes: a string of it could not be wiped.
 *
 * @returns to be wiped by the caller
 */
export function base64Bytes(bytes: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PAD)
  for (let at = 0, to = 0; at < bytes.length; at += 3, to += 4) {
    const [first = 0, second, third] = bytes.subarray(at, at + 3)
    encoded[to] = ALPHABET[first >> 2]!
    encoded[to + 1] = ALPHABET[((first & 0x03) << 4) | ((second ?? 0) >> 4)]!
    if (second !== undefined) encoded[to + 2] = ALPHABET[((second & 0x0f) << 2) | ((third ?? 0) >> 6)]!
    if (third !== undefined) encoded[to + 3] = ALPHABET[third & 0x3f]!
  }
  return encoded
}

const VALUES = new Uint8Array(256).fill(0xff)
for (const [value, char] of ALPHABET.entries()) VALUES[char] = value

/**
 * The bytes of standard, padded base64 in ASCII, or `undefined` for anything else.
 *
 * @returns to be wiped by the caller
 */
export function fromBase64Bytes(ascii: Uint8Array): Uint8Array | undefined {
  const pads = ascii.at(-1) !== PAD ? 0 : ascii.at(-2) !== PAD ? 1 : 2
  if (ascii.length % 4 !== 0 || (pads > 0 && ascii.length === 0)) return undefined
  const digits = ascii.length - pads
  for (let at = 0; at < digits; at++) if (VALUES[ascii[at]!] === 0xff) return undefined
  const bytes = new Uint8Array((ascii.length / 4) * 3 - pads)
  for (let at = 0, bits = 0, held = 0, to = 0; at < digits; at++) {
    held = ((held << 6) | VALUES[ascii[at]!]!) & 0x3fff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[to++] = held >> bits
    }
  }
  return bytes
}
