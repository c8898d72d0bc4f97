import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from './secret.ts'

test('prints nothing of what it holds, however it is printed', () => {
  const secret = new Secret('canary')
  expect(
    [
      `${secret}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ secret }, { depth: 9 }),
      String(secret),
    ].join(),
  ).not.toContain('canary')
})

test('wipes its bytes and is of no use afterwards', () => {
  const bytes = Uint8Array.of(1, 2, 3)
  const secret = new Secret(bytes)
  secret[Symbol.dispose]()
  expect(bytes).toEqual(Uint8Array.of(0, 0, 0))
  expect(() => secret.expose(() => 1)).toThrow('wiped')
})
