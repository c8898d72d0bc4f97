import { Decoder } from '@msgpack/msgpack'
import { FormatError } from './failures.ts'
import { refuseBombs } from './message-pack-bombs.ts'

/** A map as it comes out of MessagePack: nothing is known of its values. */
export type Unpacked = Readonly<Record<string, unknown>>

/** One for all: it keeps room for what it is about to build. It takes up each call anew, also after one that failed. */
const decoder = new Decoder({ useBigInt64: true })

/** All values that stand one after the other in `bytes`. 64-bit integers are bigint, bin values are views of `bytes`. */
export function unpackAll(bytes: Uint8Array, what: string): unknown[] {
  refuseBombs(bytes, what)
  try {
    return [...decoder.decodeMulti(bytes)]
  } catch {
    throw new FormatError(`${what} is not valid MessagePack: it is cut short or damaged`)
  }
}

/** The one map in `bytes`. */
export function unpackMap(bytes: Uint8Array, what: string): Unpacked {
  const values = unpackAll(bytes, what)
  const value = values[0]
  if (values.length !== 1 || !isMap(value)) throw new FormatError(`${what} is not one MessagePack map`)
  return value
}

/** A map with text keys, not an array, a bin or an extension. */
export const isMap = (value: unknown): value is Unpacked =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
