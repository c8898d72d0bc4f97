import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromText, viewOf } from './bytes.ts'
import { xxHash64 } from './xxhash64.ts'

// The reference implementation's own answers.
test.each([
  ['', 0xef46db3751d8e999n],
  ['a', 0xd24ec4f1a98c6e5bn],
  ['abc', 0x44bc2cf5ad770999n],
  ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
])('of %j', (text, expected) => {
  expect(xxHash64(fromText(text))).toBe(expected)
})

test('agrees with the same in whole 64-bit numbers, for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(xxHash64(bytes)).toBe(reference(bytes))
    }),
    { numRuns: 500 },
  )
  expect(xxHash64(new Uint8Array(100).fill(0xff))).toBe(reference(new Uint8Array(100).fill(0xff)))
})

const [P1, P2, P3] = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n]
const [P4, P5] = [0x85ebca77c2b2ae63n, 0x27d4eb2f165667c5n]

const u64 = (value: bigint) => BigInt.asUintN(64, value)
const rotate = (value: bigint, by: bigint) => u64((value << by) | (value >> (64n - by)))
const round = (lane: bigint, word: bigint) => u64(rotate(u64(lane + word * P2), 31n) * P1)

/** XXH64 as the specification has it, slow. */
function reference(bytes: Uint8Array): bigint {
  const view = viewOf(bytes)
  const word = (at: number) => view.getBigUint64(at, true)
  let at = 0
  let hash = P5
  if (bytes.length >= 32) {
    const lanes = [u64(P1 + P2), P2, 0n, u64(-P1)] as [bigint, bigint, bigint, bigint]
    for (; at + 32 <= bytes.length; at += 32) for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i]!, word(at + 8 * i))
    const [a, b, c, d] = lanes
    hash = u64(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n))
    for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * P1 + P4)
  }
  hash = u64(hash + BigInt(bytes.length))
  for (; at + 8 <= bytes.length; at += 8) hash = u64(rotate(hash ^ round(0n, word(at)), 27n) * P1 + P4)
  if (at + 4 <= bytes.length) {
    hash = u64(rotate(hash ^ u64(BigInt(view.getUint32(at, true)) * P1), 23n) * P2 + P3)
    at += 4
  }
  for (; at < bytes.length; at++) hash = u64(rotate(hash ^ u64(BigInt(bytes[at]!) * P5), 11n) * P1)
  hash = u64((hash ^ (hash >> 33n)) * P2)
  hash = u64((hash ^ (hash >> 29n)) * P3)
  return hash ^ (hash >> 32n)
}
