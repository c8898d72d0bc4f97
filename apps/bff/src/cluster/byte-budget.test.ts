import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ByteBudget } from './byte-budget.ts'

test('no more than the total is out at once, in the order of asking, and all get theirs', async () => {
  const budget = new ByteBudget(10)
  const order: number[] = []
  let out = 0
  let most = 0
  await Promise.all(
    [6, 5, 10, 1, 4, 0, 9].map(async (bytes) => {
      const giveBack = await budget.take(bytes)
      order.push(bytes)
      out += bytes
      most = Math.max(most, out)
      await setTimeout(1)
      out -= bytes
      giveBack()
    }),
  )
  expect(order).toEqual([6, 5, 10, 1, 4, 0, 9])
  expect(most).toBe(10)
  await expect(budget.take(11)).rejects.toThrow(RangeError)
})
