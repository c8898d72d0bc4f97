import { expect, test } from 'vitest'
import { Pace } from './pace.ts'

type Step = [atSeconds: number, done: number, total?: number | null, state?: 'running' | 'paused']

const last = (steps: readonly Step[]) => {
  const pace = new Pace()
  return steps
    .map(([at, done, total = 100, state = 'running']) => pace.measure({ state, done, total }, at * 1_000))
    .at(-1)!
}

test.each<[string, Step[], number | null, number | null]>([
  ['nothing is known of one moment', [[0, 5]], null, null],
  [
    'less than a second tells nothing',
    [
      [0, 0],
      [0.5, 10],
    ],
    null,
    null,
  ],
  [
    'done by time',
    [
      [0, 0],
      [2, 10],
    ],
    5,
    18,
  ],
  [
    'no total, no pace',
    [
      [0, 0, null],
      [2, 10, null],
    ],
    null,
    null,
  ],
  [
    'the search before the total is known does not count',
    [
      [0, 0, null],
      [60, 0],
      [62, 10],
    ],
    5,
    18,
  ],
  [
    'only the last 15 seconds count',
    [
      [0, 0],
      [10, 50],
      [25, 65],
      [30, 70],
    ],
    1,
    30,
  ],
  [
    'items that take longer than that count too',
    [
      [0, 0],
      [40, 1],
      [80, 2],
    ],
    0.025,
    3_920,
  ],
  [
    'a pause begins anew',
    [
      [0, 0],
      [2, 10],
      [100, 10, 100, 'paused'],
      [101, 10],
      [103, 12],
    ],
    1,
    88,
  ],
  [
    'while it pauses there is none',
    [
      [0, 0],
      [2, 10],
      [3, 10, 100, 'paused'],
    ],
    null,
    null,
  ],
  [
    'nothing done of late',
    [
      [0, 7],
      [5, 7],
    ],
    null,
    null,
  ],
  [
    'more done than expected leaves nothing',
    [
      [0, 90],
      [2, 110],
    ],
    10,
    0,
  ],
])('%s', (_, steps, ratePerSecond, secondsLeft) => {
  expect(last(steps)).toEqual({ ratePerSecond, secondsLeft })
})
