import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UsageError } from './command.ts'
import { expandDrives } from './drive-patterns.ts'

test.each([
  [['/mnt/drive{1...3}'], ['/mnt/drive1', '/mnt/drive2', '/mnt/drive3']],
  [['/mnt/d{08...11}'], ['/mnt/d08', '/mnt/d09', '/mnt/d10', '/mnt/d11']],
  [['/pool{1...2}/d{1...2}'], ['/pool1/d1', '/pool1/d2', '/pool2/d1', '/pool2/d2']],
  [['/a,/b{1...2}'], ['/a', '/b1', '/b2']],
  [
    ['/mnt/drive1', '/mnt/drive2/', '/mnt/drive1'],
    ['/mnt/drive1', '/mnt/drive2'],
  ],
  [['/mnt/d{5...5}'], ['/mnt/d5']],
])('%j names %j', (patterns, drives) => {
  expect(expandDrives(patterns)).toEqual(drives)
})

test.each([
  [[]],
  [['']],
  [['/mnt/d{4...1}']],
  [['/mnt/d{1..4}']],
  [['/mnt/d{1...99999}']],
  [['/mnt/d{1...100}/e{1...100}']],
  [['https://node{1...4}/mnt/d1']],
])('%j is refused', (patterns) => {
  expect(() => expandDrives(patterns)).toThrow(UsageError)
})

test('a folder that is there is taken as it is named', () => {
  const root = mkdtempSync(join(tmpdir(), 'strongroom-drives-'))
  const odd = join(root, 'a,b{1...2}')
  mkdirSync(odd)
  expect(expandDrives([odd])).toEqual([odd])
  rmSync(root, { recursive: true })
})
