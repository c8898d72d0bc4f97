import type { Coverage } from '@strongroom/shared/coverage'
import { expect, test } from 'vitest'
import { CoverageProgress } from './coverage-progress.ts'

const found = (bucket: string, total: number, plain = 0, unknown = 0) =>
  ({ bucket, total, plain, unknown }) as unknown as Coverage

test('the total is what the scanner counted, and what was found where it is through', () => {
  const progress = new CoverageProgress(
    ['a', 'b'],
    new Map([
      ['a', 100],
      ['b', 50],
    ]),
  )
  expect(progress.now).toMatchObject({ done: 0, total: 150 })
  expect(progress.counted('a', 60)).toMatchObject({ done: 60, total: 150, message: 'Counts a: 60 versions so far.' })
  progress.counted('a', 90)
  expect(progress.ended(found('a', 90))).toMatchObject({ done: 90, total: 140 })
  expect(progress.counted('b', 50)).toMatchObject({ done: 140, total: 140 })
})

test('it is not known where the scanner did not tell, or told too little', () => {
  expect(new CoverageProgress(['a', 'b'], new Map([['a', 1]])).now.total).toBeNull()
  const progress = new CoverageProgress(['a'], new Map([['a', 10]]))
  expect(progress.counted('a', 10).total).toBe(10)
  expect(progress.counted('a', 11).total).toBeNull()
  progress.ended(found('a', 11))
  expect(progress.end).toMatchObject({ total: 11, message: '1 bucket counted: 11 versions, 0 of them plain.' })
})

test('each bucket has a row, unless they are too many', () => {
  const progress = new CoverageProgress(['a', 'b'], new Map([['b', 7]]))
  progress.counted('a', 5)
  expect(progress.ended(found('a', 5)).byKind).toEqual([
    { kind: 'a', done: 5, total: 5 },
    { kind: 'b', done: 0, total: 7 },
  ])
  const names = Array.from({ length: 5_000 }, (_, at) => `b${at}`)
  const many = new CoverageProgress(names, new Map())
  many.counted('b0', 3)
  many.ended(found('b0', 3))
  expect(many.counted('b1', 4).byKind).toEqual([
    { kind: 'buckets', done: 1, total: 5_000 },
    { kind: 'b1', done: 4, total: 4 },
  ])
})

test('failures keep their reason; a job that counted nothing has failed', () => {
  const progress = new CoverageProgress(['a', 'b'], new Map())
  expect(progress.failed('a', 'Why.')).toMatchObject({ failed: 1, failures: [{ item: 'a', reason: 'Why.' }] })
  progress.counted('b', 2)
  progress.ended(found('b', 2, 1, 1))
  expect(progress.end).toMatchObject({
    message: '1 bucket counted: 2 versions, 1 of them plain. 1 could not be counted.',
    recent: ['b: 2 versions, 1 plain, 1 unknown'],
  })
  const none = new CoverageProgress(['a'], new Map())
  none.failed('a', 'Why.')
  expect(none.end).toEqual({ state: 'failed', message: 'Why.' })
})
