import { expect, test } from 'vitest'
import { DrillSampling } from './drill-sampling.ts'
import type { SealedSample } from './sealed-sample.ts'
import { shuffled, spread } from './spread.ts'

const sample = (keyName: string, kind: string, path: string): SealedSample => ({
  from: 'iam',
  kind,
  path,
  keyName,
  sealedKey: new Uint8Array(76),
  context: new Uint8Array(),
})

const count = (samples: readonly SealedSample[], by: 'keyName' | 'kind', wanted: string) =>
  samples.filter((each) => each[by] === wanted).length

test('a rare key and a rare kind are not drowned by a million of another', () => {
  const sampling = new DrillSampling(20)
  for (let at = 0; at < 100_000; at++) sampling.add(sample('common', 'user', `${at}`))
  sampling.add(sample('common', 'tier-config', 'tiers'))
  sampling.add(sample('rare', 'user', 'one'))
  const { samples, leftOut } = sampling.chosen()
  expect(samples).toHaveLength(20)
  expect(count(samples, 'keyName', 'rare')).toBe(1)
  expect(count(samples, 'kind', 'tier-config')).toBe(1)
  expect(leftOut).toEqual([])
  expect(sampling.seen).toBe(100_002)
})

test('what is chosen of many comes from all over, not from where they begin', () => {
  const sampling = new DrillSampling(200)
  for (let at = 0; at < 10_000; at++) sampling.add(sample('key', 'user', `${at}`))
  const places = sampling.chosen().samples.map(({ path }) => Number(path))
  // Each quarter is expected to have 50; that one has fewer than 10 would be a chance of less than 1 in 10^12.
  for (let quarter = 0; quarter < 4; quarter++) {
    expect(places.filter((at) => Math.floor(at / 2_500) === quarter).length).toBeGreaterThan(10)
  }
})

test('with more keys than samples the keys that were left out are named', () => {
  const sampling = new DrillSampling(3)
  for (let key = 0; key < 50; key++) for (let at = 0; at < 5; at++) sampling.add(sample(`key-${key}`, 'user', `${at}`))
  const { samples, leftOut } = sampling.chosen()
  expect(new Set(samples.map(({ keyName }) => keyName)).size).toBe(3)
  expect(leftOut).toHaveLength(47)
})

test('fewer than wanted are all there', () => {
  const sampling = new DrillSampling(100)
  for (let at = 0; at < 7; at++) sampling.add(sample('key', at % 2 === 0 ? 'user' : 'group', `${at}`))
  expect(
    sampling
      .chosen()
      .samples.map(({ path }) => path)
      .sort(),
  ).toEqual(['0', '1', '2', '3', '4', '5', '6'])
})

test('spread takes a little of each group, evenly over each', () => {
  const list = [...Array.from({ length: 100 }, (_, at) => `a${at}`), 'b0']
  expect(spread(list, 5, (each) => each[0]!)).toEqual(['a0', 'b0', 'a20', 'a40', 'a60'])
  expect(spread(list, 500, (each) => each[0]!)).toEqual(list)
  expect(spread([], 5, () => '')).toEqual([])
  expect(shuffled([1, 2, 3]).sort()).toEqual([1, 2, 3])
})
