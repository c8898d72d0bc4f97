import { randomBytes } from 'node:crypto'
import { strToU8, zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { FormatError } from '../crypto/failures.ts'
import { zipEntries } from './zip.ts'

const files: Record<string, Uint8Array> = {
  'a/müller/xl.meta': strToU8('x'.repeat(5_000)),
  'a/folder/': new Uint8Array(),
  'b/[x]': new Uint8Array(randomBytes(700)),
}

test.each([0, 6] as const)('gives what is in it, at level %i', (level) => {
  const read = [...zipEntries(zipSync(files, { level }))].map(({ name, read }) => [name, read()])
  expect(read).toEqual(Object.entries(files))
})

test('small entries share memory and do not touch each other', () => {
  const many = Object.fromEntries(
    Array.from({ length: 500 }, (_, index) => [`${index}`, strToU8(`${index}`.repeat(99))]),
  )
  const read = [...zipEntries(zipSync(many))].map(({ name, read }) => ({ name, bytes: read() }))
  for (const { bytes } of read.filter((_, index) => index % 2 === 0)) bytes.fill(0)
  for (const { name, bytes } of read.filter((_, index) => index % 2 === 1)) expect(bytes, name).toEqual(many[name])
  expect(new Set(read.map(({ bytes }) => bytes.buffer)).size).toBeLessThan(50)
})

test.each([
  ['less', 4_999],
  ['more', 5_001],
  ['nothing', 0],
  ['more than can be packed so tightly', 0x7fffffff],
])('an entry said to hold %s than it does is refused', (_, size) => {
  const zip = zipSync({ a: strToU8('x'.repeat(5_000)) })
  new DataView(zip.buffer).setUint32(zip.length - 22 - 47 + 24, size, true)
  const [entry] = [...zipEntries(zip)]
  expect(() => entry!.read()).toThrow(FormatError)
})

test('many entries, as far as the small end record counts', () => {
  const many = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`${index}/`, new Uint8Array()]))
  expect([...zipEntries(zipSync(many, { level: 0 }))]).toHaveLength(60_000)
})

test('what is cut short anywhere is refused, and no other error comes out of it', () => {
  const zip = zipSync(files)
  for (let end = 0; end < zip.length; end++) {
    expect(() => [...zipEntries(zip.subarray(0, end))].map(({ read }) => read()), `${end}`).toThrow(FormatError)
  }
})

test('altered bytes give the same names or a FormatError', () => {
  const zip = zipSync(files)
  for (let at = 0; at < zip.length; at++) {
    const altered = zip.map((byte, index) => (index === at ? byte ^ 0xff : byte))
    try {
      for (const { read } of zipEntries(altered)) read()
    } catch (error) {
      expect(error, `${at}`).toBeInstanceOf(FormatError)
    }
  }
})
