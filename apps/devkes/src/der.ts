/**
 * The few ASN.1 DER forms a certificate needs (X.690). Each function returns one complete element:
 * tag, length, content.
 */
export type Der = Buffer

export function element(tag: number, ...parts: readonly Uint8Array[]): Der {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag), lengthOf(content), content])
}

function lengthOf({ length }: Uint8Array): Der {
  if (length < 0x80) return Buffer.of(length)
  if (length < 0x100) return Buffer.of(0x81, length)
  if (length < 0x10000) return Buffer.of(0x82, length >> 8, length & 0xff)
  throw new RangeError(`a DER element of ${length} bytes is longer than 65535`)
}

export const sequence = (...parts: readonly Uint8Array[]) => element(0x30, ...parts)
export const set = (...parts: readonly Uint8Array[]) => element(0x31, ...parts)
export const octets = (content: Uint8Array) => element(0x04, content)
/** A BIT STRING that fills its last byte but for `unused` bits. */
export const bits = (content: Uint8Array, unused = 0) => element(0x03, Buffer.of(unused), content)
export const text = (value: string) => element(0x0c, Buffer.from(value))
export const integer = (bytes: Uint8Array) => element(0x02, bytes)
export const TRUE = element(0x01, Buffer.of(0xff))

/** `dotted`: an object identifier such as `2.5.29.17`. */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(value: number): number[] {
  const digits = [value & 0x7f]
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80)
  return digits
}

/** UTCTime up to 2049, GeneralizedTime from 2050 on: RFC 5280 4.1.2.5. */
export function time(at: Date): Der {
  const digits = `${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
  return at.getUTCFullYear() < 2050 ? element(0x17, Buffer.from(digits.slice(2))) : element(0x18, Buffer.from(digits))
}

/** Base64 in lines of 64 under `label`, RFC 7468. */
export function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
