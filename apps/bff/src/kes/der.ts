/** The few DER shapes of a self-signed certificate (X.690). */
export const DER = { sequence: 0x30, set: 0x31 } as const

/** Tag, length, contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  return Buffer.concat([Buffer.of(tag), length(body.length), body])
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.of(size)
  return size < 0x100 ? Buffer.of(0x81, size) : Buffer.of(0x82, size >> 8, size & 0xff)
}

export const sequence = (...contents: readonly Uint8Array[]) => der(DER.sequence, ...contents)

/** A positive INTEGER from big-endian bytes: the first bit is cleared, and no leading zero byte is left. */
export function positiveInteger(bytes: Uint8Array): Buffer {
  const value = Buffer.from(bytes)
  value[0] = (value[0]! & 0x7f) | 0x40
  return der(0x02, value)
}

export const bitString = (bytes: Uint8Array, unusedBits = 0) => der(0x03, Buffer.of(unusedBits), bytes)

/** GeneralizedTime has no two-digit years to guess at, but X.509 wants UTCTime until 2049 (RFC 5280, 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '')
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits))
}

export const OID = {
  ed25519: Buffer.from('06032b6570', 'hex'),
  commonName: Buffer.from('0603550403', 'hex'),
  keyUsage: Buffer.from('0603551d0f', 'hex'),
  basicConstraints: Buffer.from('0603551d13', 'hex'),
  extendedKeyUsage: Buffer.from('0603551d25', 'hex'),
  clientAuth: Buffer.from('06082b06010505070302', 'hex'),
} as const
