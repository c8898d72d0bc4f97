import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ListedVersion } from '../../minio/version-listing.ts'
import { PlainList } from './plain-list.ts'

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'plain-list-'))
  path = join(dir, 'lists', 'a.plain.csv')
})
afterEach(() => rmSync(dir, { recursive: true }))

const version = (key: string, more: Partial<ListedVersion> = {}): ListedVersion => ({
  ...{ key, versionId: 'null', current: true, sizeBytes: 10, modifiedAt: '2026-11-21T13:00:00.000Z', mode: 'none' },
  ...more,
})
const START = { bytes: 0, rows: 0 }

test('holds what is plain, and nobody else may read it', async () => {
  const list = (await PlainList.open(path, START))!
  await list.add([version('a'), version('b', { mode: 'sse-s3' }), version('c', { current: false, versionId: 'v1' })])
  await list[Symbol.asyncDispose]()
  expect(readFileSync(path, 'utf8')).toBe(
    'key,version_id,state,bytes,modified_at\r\na,null,current,10,2026-11-21T13:00:00.000Z\r\nc,v1,older,10,2026-11-21T13:00:00.000Z\r\n',
  )
  expect(list.end.rows).toBe(2)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(dir, 'lists')).mode & 0o777).toBe(0o700)
})

test('goes on at the end that was written down, and cuts off what is beyond', async () => {
  const first = (await PlainList.open(path, START))!
  await first.add([version('ä')])
  const end = first.end
  await first.add([version('b')])
  await first[Symbol.asyncDispose]()
  appendFileSync(path, 'half a ro')
  const again = (await PlainList.open(path, end))!
  await again.add([version('b'), version('c')])
  await again[Symbol.asyncDispose]()
  const rows = readFileSync(path, 'utf8').split('\r\n')
  expect(rows.map((row) => row[0])).toEqual(['k', 'ä', 'b', 'c', undefined])
})

test('is none to go on with where it is gone or too short', async () => {
  expect(await PlainList.open(path, { bytes: 60, rows: 1 })).toBeNull()
  const list = (await PlainList.open(path, START))!
  await list.add([version('a')])
  await list[Symbol.asyncDispose]()
  truncateSync(path, list.end.bytes - 1)
  expect(await PlainList.open(path, list.end)).toBeNull()
})

test('takes no more rows than it may have', async () => {
  const list = (await PlainList.open(path, START))!
  const { bytes } = list.end
  await list[Symbol.asyncDispose]()
  const full = (await PlainList.open(path, { bytes, rows: 999_999 }))!
  await full.add([version('a'), version('b')])
  await full.add([version('c')])
  await full[Symbol.asyncDispose]()
  expect(full.end.rows).toBe(1_000_000)
  expect(readFileSync(path, 'utf8')).toMatch(/^key.*\r\na,[^\r]*\r\n$/)
})

test.each([
  ['=1+1', `'=1+1`],
  ['+a', `'+a`],
  ['-a', `'-a`],
  ['@a', `'@a`],
  ["'a", `''a`],
  ['\ta', `'\ta`],
  ['\na', `"'\na"`],
  ['a"b', `"a""b"`],
  ['a,b', `"a,b"`],
  ['a=b', 'a=b'],
  [' a ', ' a '],
])('writes the key %j as %j', async (key, cell) => {
  const list = (await PlainList.open(path, START))!
  await list.add([version(key)])
  await list[Symbol.asyncDispose]()
  const [, ...rest] = readFileSync(path, 'utf8').split('\r\n')
  expect(rest.join('\r\n').startsWith(`${cell},null,current,`)).toBe(true)
})
