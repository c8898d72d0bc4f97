import { viewOf } from './bytes.ts'

type Prime = readonly [high: number, low: number]

const P1: Prime = [0x9e3779b1, 0x85ebca87]
const P2: Prime = [0xc2b2ae3d, 0x27d4eb4f]
const P3: Prime = [0x165667b1, 0x9e3779f9]
const P4: Prime = [0x85ebca77, 0xc2b2ae63]
const P5: Prime = [0x27d4eb2f, 0x165667c5]
const NOTHING: Prime = [0, 0]
/** Bits by which the lanes are rotated when they come together. */
const TURNS = [1, 7, 12, 18]

/**
 * Numbers of 64 bits, each as high and low half: BigInt, the only ones that JavaScript has, make an object at every step,
 * which took six times as long. First the hash, then four lanes, then room for what goes into one of them.
 */
const cells = new Int32Array(12)
const HASH = 0
const LANES = 2
const INPUT = 10

/** xxHash64 of `bytes` with seed 0. A checksum, no protection. Source: xxHash specification 0.1.1, XXH64. */
export function xxHash64(bytes: Uint8Array): bigint {
  const view = viewOf(bytes)
  let at = bytes.length >= 32 ? stripes(view) : 0
  if (at === 0) put(HASH, P5[0], P5[1])
  add(HASH, 0, bytes.length)
  for (; at + 8 <= bytes.length; at += 8) {
    put(INPUT, 0, 0)
    round(INPUT, view, at)
    mix(INPUT, 27, P1, P4)
  }
  if (at + 4 <= bytes.length) {
    put(INPUT, 0, view.getUint32(at, true))
    multiply(INPUT, P1)
    mix(INPUT, 23, P2, P3)
    at += 4
  }
  for (; at < bytes.length; at++) {
    put(INPUT, 0, bytes[at]!)
    multiply(INPUT, P5)
    mix(INPUT, 11, P1, NOTHING)
  }
  return finished()
}

/** Takes in what there is of 32 bytes each. @returns where the rest begins */
function stripes(view: DataView): number {
  put(LANES, P1[0], P1[1])
  add(LANES, P2[0], P2[1])
  put(LANES + 2, P2[0], P2[1])
  put(LANES + 4, 0, 0)
  put(LANES + 6, ~P1[0], -P1[1])
  let at = 0
  for (; at + 32 <= view.byteLength; at += 32) for (let i = 0; i < 8; i += 2) round(LANES + i, view, at + 4 * i)
  put(HASH, 0, 0)
  for (let i = 0; i < 8; i += 2) {
    copy(INPUT, LANES + i)
    rotate(INPUT, TURNS[i / 2]!)
    add(HASH, cells[INPUT]!, cells[INPUT + 1]!)
  }
  for (let i = 0; i < 8; i += 2) {
    copy(INPUT, LANES + i)
    multiply(INPUT, P2)
    rotate(INPUT, 31)
    multiply(INPUT, P1)
    mix(INPUT, 0, P1, P4)
  }
  return at
}

function finished(): bigint {
  cells[HASH + 1]! ^= cells[HASH]! >>> 1
  multiply(HASH, P2)
  const high = cells[HASH]!
  cells[HASH + 1]! ^= (high << 3) | (cells[HASH + 1]! >>> 29)
  cells[HASH]! ^= high >>> 29
  multiply(HASH, P3)
  cells[HASH + 1]! ^= cells[HASH]!
  return (BigInt(cells[HASH]! >>> 0) << 32n) | BigInt(cells[HASH + 1]! >>> 0)
}

/** `lane = rotate(lane + word × P2, 31) × P1` */
function round(lane: number, view: DataView, at: number) {
  const high = cells[lane]!
  const low = cells[lane + 1]!
  cells[lane] = view.getInt32(at + 4, true)
  cells[lane + 1] = view.getInt32(at, true)
  multiply(lane, P2)
  add(lane, high, low)
  rotate(lane, 31)
  multiply(lane, P1)
}

/** `hash = rotate(hash ^ input, by) × factor + addend` */
function mix(input: number, by: number, factor: Prime, addend: Prime) {
  cells[HASH]! ^= cells[input]!
  cells[HASH + 1]! ^= cells[input + 1]!
  rotate(HASH, by)
  multiply(HASH, factor)
  add(HASH, addend[0], addend[1])
}

function put(cell: number, high: number, low: number) {
  cells[cell] = high
  cells[cell + 1] = low
}

const copy = (cell: number, from: number) => put(cell, cells[from]!, cells[from + 1]!)

function add(cell: number, high: number, low: number) {
  const sum = (cells[cell + 1]! >>> 0) + (low >>> 0)
  cells[cell] = cells[cell]! + high + (sum > 0xffffffff ? 1 : 0)
  cells[cell + 1] = sum
}

/** @param by from 0 to 31 */
function rotate(cell: number, by: number) {
  if (by === 0) return
  const high = cells[cell]!
  const low = cells[cell + 1]!
  cells[cell] = (high << by) | (low >>> (32 - by))
  cells[cell + 1] = (low << by) | (high >>> (32 - by))
}

/** Of the low halves all 64 bits count, by quarters of 16; of the others the lower 32. */
function multiply(cell: number, by: Prime) {
  const low = by[1]
  const own = cells[cell + 1]!
  const a0 = own & 0xffff
  const a1 = own >>> 16
  const b0 = low & 0xffff
  const b1 = low >>> 16
  const middle = a1 * b0 + ((a0 * b0) >>> 16)
  const other = a0 * b1 + (middle & 0xffff)
  const carried = a1 * b1 + (middle >>> 16) + (other >>> 16)
  cells[cell] = carried + Math.imul(cells[cell]!, low) + Math.imul(own, by[0])
  cells[cell + 1] = Math.imul(own, low)
}
