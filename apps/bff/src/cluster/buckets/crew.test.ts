import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import { MinioError } from '../../minio/failures.ts'
import { Crew } from './crew.ts'

const never = new AbortController().signal
const slowDown = () => new AppError('upstream-failed', '', { cause: new MinioError(503, 'SlowDown', 'slow down') })

async function untilDone(crew: Crew<number>) {
  while (!(await crew.work(50)));
}

test('no more at once than asked, and each of them once', async () => {
  const [done, most] = [new Set<number>(), { now: 0, ever: 0 }]
  const crew = new Crew<number>(3, never, async (item) => {
    most.ever = Math.max(most.ever, ++most.now)
    await sleep(2)
    most.now--
    expect(done.has(item)).toBe(false)
    done.add(item)
  })
  crew.add(Array.from({ length: 50 }, (_, at) => at))
  await untilDone(crew)
  expect([done.size, most.ever]).toEqual([50, 3])
})

test('what rejects ends the work, and is tried again by the next', async () => {
  const done: number[] = []
  let away = true
  const crew = new Crew<number>(2, never, async (item) => {
    await sleep(1)
    if (away && item === 5) throw new Error('away')
    done.push(item)
  })
  crew.add([1, 2, 3, 4, 5, 6, 7, 8])
  await expect(untilDone(crew)).rejects.toThrow('away')
  const before = done.length
  await sleep(20)
  expect(done).toHaveLength(before)
  away = false
  await untilDone(crew)
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('fewer at once where MinIO is busy, and nothing is lost', async () => {
  const done: number[] = []
  let refusals = 2
  const crew = new Crew<number>(8, never, async (item) => {
    await sleep(1)
    if (refusals-- > 0) throw slowDown()
    done.push(item)
  })
  crew.add([1, 2, 3, 4, 5, 6])
  await untilDone(crew)
  expect(crew.width).toBe(2)
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6])
})

test('one that is refused for ever is no matter of being busy', async () => {
  const crew = new Crew<number>(1, never, () => Promise.reject(slowDown()))
  crew.add([1])
  await expect(untilDone(crew)).rejects.toThrow(AppError)
}, 15_000)

test('after a stop nothing more begins, and what is under way ends', async () => {
  const stop = new AbortController()
  const ended: number[] = []
  const crew = new Crew<number>(2, stop.signal, async (item) => {
    await sleep(20)
    ended.push(item)
  })
  crew.add([1, 2, 3, 4])
  const working = crew.work(1_000)
  stop.abort()
  await crew.rest()
  expect(ended.sort()).toEqual([1, 2])
  await working
})
