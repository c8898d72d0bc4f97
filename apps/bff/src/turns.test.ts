import { expect, test } from 'vitest'
import { turns } from './turns.ts'

/** Works for a while and gives way as it should. */
async function work(ms: number) {
  const turn = turns()
  for (const end = performance.now() + ms; performance.now() < end; await turn()) {
    for (const unit = performance.now() + 1; performance.now() < unit; );
  }
}

/** How often the event loop came round meanwhile. */
async function rounds(during: () => Promise<unknown>): Promise<number> {
  let count = 0
  let goOn = true
  const look = () => {
    count++
    if (goOn) setImmediate(look)
  }
  setImmediate(look)
  await during()
  goOn = false
  return count
}

test('short loops in a row give way together as often as a long one', async () => {
  const row = async () => {
    for (let i = 0; i < 20; i++) await work(10)
  }
  expect(await rounds(row)).toBeGreaterThanOrEqual(8)
})

test('loops side by side share the time until the next turn', async () => {
  const units = async () => {
    const turn = turns()
    for (let i = 0; i < 40; i++) {
      for (const unit = performance.now() + 1; performance.now() < unit; );
      await turn()
    }
  }
  // 160 ms of work: in turns of 15 ms, not of 15 ms for each loop.
  expect(await rounds(() => Promise.all(Array.from({ length: 4 }, units)))).toBeGreaterThanOrEqual(7)
})
