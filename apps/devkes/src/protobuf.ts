/** The part of proto3's wire format that key files use: varints and length-delimited fields. */

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

export type Message = { numbers: Map<number, bigint>; bytes: Map<number, Buffer> }

/** Zero is the default and therefore omitted, as every proto3 encoder does. */
export const numberField = (field: number, value: bigint | number): Buffer =>
  BigInt(value) === 0n ? Buffer.alloc(0) : Buffer.concat([varint((field << 3) | VARINT), varint(value)])

export const bytesField = (field: number, content: Uint8Array): Buffer =>
  content.length === 0 ? Buffer.alloc(0) : messageField(field, content)

/** A sub-message is written even when it is empty: present and absent differ. */
export const messageField = (field: number, content: Uint8Array): Buffer =>
  Buffer.concat([varint((field << 3) | BYTES), varint(content.length), content])

function varint(value: bigint | number): Buffer {
  const bytes: number[] = []
  let left = BigInt.asUintN(64, BigInt(value))
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(left)])
}

/**
 * Splits a message into its fields; of a repeated field the last one counts.
 *
 * @throws RangeError when the bytes end early or use another wire type
 */
export function parseMessage(content: Uint8Array): Message {
  const message: Message = { numbers: new Map(), bytes: new Map() }
  const input = new Input(content)
  while (!input.atEnd()) {
    const tag = Number(input.varint())
    const field = tag >>> 3
    if (field === 0) throw new RangeError('protobuf: field number 0')
    switch (tag & 7) {
      case VARINT:
        message.numbers.set(field, input.varint())
        break
      case BYTES:
        message.bytes.set(field, input.take(Number(input.varint())))
        break
      case FIXED64:
        input.take(8)
        break
      case FIXED32:
        input.take(4)
        break
      default:
        throw new RangeError('protobuf: unknown wire type')
    }
  }
  return message
}

class Input {
  readonly #content: Uint8Array
  #at = 0

  constructor(content: Uint8Array) {
    this.#content = content
  }

  atEnd(): boolean {
    return this.#at >= this.#content.length
  }

  take(length: number): Buffer {
    if (length > this.#content.length - this.#at) throw new RangeError('protobuf: unexpected end')
    this.#at += length
    return Buffer.from(this.#content.subarray(this.#at - length, this.#at))
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.take(1)[0]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new RangeError('protobuf: varint is longer than ten bytes')
  }
}
