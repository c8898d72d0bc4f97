import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HouseRule } from '@strongroom/shared/house-policy'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HousePolicy } from './house.ts'

let dir: string
let house: HousePolicy

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-rules-'))
  house = new HousePolicy(dir)
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const rule = (pattern: string): HouseRule => ({ pattern, mode: 'sse-s3' })

test('there are no rules at first', async () => {
  expect(await house.read()).toEqual({ rules: [], changedAt: null, changedBy: null, revision: '0' })
})

test('a change is there for another console, with who made it', async () => {
  const { revision } = await house.read()
  await house.set([rule('prod-*')], revision, 'dora')
  const other = new HousePolicy(dir)
  await other.load()
  expect(other.rules).toEqual([rule('prod-*')])
  expect(await other.read()).toMatchObject({ changedBy: 'dora', revision: '1' })
})

test('of writers who began from the same rules one alone wins', async () => {
  const { revision } = await house.set([rule('a*')], '0', 'dora')
  const writers = ['x', 'y', 'z'].map((name) => new HousePolicy(dir).set([rule(name)], revision, name))
  const ends = await Promise.allSettled(writers)
  const won = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.rules] : []))
  const lost = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []))
  expect(lost).toEqual(['conflict', 'conflict'])
  expect((await house.read()).rules).toEqual(won[0])
})

test('whoever has not seen the newest rules changes nothing', async () => {
  await house.set([rule('a*')], '0', 'dora')
  for (const stale of ['0', '7', '', 'x'])
    await expect(house.set([], stale, 'eve')).rejects.toMatchObject({ code: 'conflict' })
  expect((await house.read()).rules).toEqual([rule('a*')])
})

test('a change that was cut off changed nothing, and the next one can be made', async () => {
  await house.set([rule('a*')], '0', 'dora')
  writeFileSync(join(dir, 'house-policy', '2.json'), '{"rules":[{"patt')
  const { rules, revision } = await house.read()
  expect([rules, revision]).toEqual([[rule('a*')], '2'])
  expect(await house.set([rule('b*')], revision, 'dora')).toMatchObject({ revision: '3' })
})

test('former rules are kept, twenty of them', async () => {
  for (let revision = 0; revision < 30; revision++) await house.set([rule(`r${revision}`)], `${revision}`, 'dora')
  expect(readdirSync(join(dir, 'house-policy'))).toHaveLength(20)
  expect(await house.read()).toMatchObject({ rules: [rule('r29')], revision: '30' })
})
