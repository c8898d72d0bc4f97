/** Base64 of an RSA-3072 ciphertext. */
const WRAPPED_BYTES = 384
const KEY_BYTES = 32

/**
 * What a text for the field of the wrapped key looks like:
 * - `wrapped`: base64 of 384 bytes, as RSA-3072 makes them;
 * - `key`: key material in one of the forms in which it is written down, or something else that must not be here;
 * - `other`: neither, so it is of no use to the console.
 *
 * Anything that may be a key counts as one, also when it is short of its padding or has words around it.
 */
export function pastedAs(text: string): 'empty' | 'wrapped' | 'key' | 'other' {
  if (text.trim() === '') return 'empty'
  if (/-----BEGIN [A-Z ]*PRIVATE KEY|AGE-SECRET-KEY-1|kes:v\d+:/i.test(text)) return 'key'
  if (wrappedOf(text) !== null) return 'wrapped'
  return text.split(/[\s:=,;"'`]+/).some(isMaterial) || isMaterial(text.replace(/\s+/g, '')) ? 'key' : 'other'
}

/** The wrapped key as one line of base64; null when `text` is no RSA-3072 ciphertext. */
export function wrappedOf(text: string): string | null {
  const line = text.replace(/\s+/g, '')
  return bytesOf(line) === WRAPPED_BYTES ? line : null
}

/** How many bytes `text` is base64 of; null when it is none. For words about what is wrong with it. */
export const wrappedBytes = (text: string) => bytesOf(text.replace(/\s+/g, ''))

/** 64 hex digits, or base64 of 32 bytes in either alphabet, padded or not. */
const isMaterial = (part: string) =>
  /^(0x)?[0-9a-f]{64}$/i.test(part) || (part.length >= 43 && bytesOf(standard(part)) === KEY_BYTES)

const standard = (part: string) => {
  const plain = part.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  return plain + '='.repeat((4 - (plain.length % 4)) % 4)
}

function bytesOf(base64: string): number | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) return null
  return (base64.length / 4) * 3 - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0)
}
