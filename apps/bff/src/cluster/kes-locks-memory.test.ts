import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '../errors.ts'
import { Secret } from '../secret.ts'
import type { Caller } from '../session/caller.ts'
import { RememberedReads } from './kes-locks-memory.ts'
import { WaitsForKes } from './waits-for-kes.ts'

const MINUTE_MS = 60_000
const caller = (accessKey: string): Caller => ({
  sessionId: accessKey,
  accessKey: 'same-account',
  account: 'same-account',
  root: false,
  region: '',
  credentials: { accessKey, secretKey: new Secret('') },
  signedInAt: new Date(),
  expiresAt: new Date(),
})
const yes = async () => true
const silence = () => Promise.reject(new AppError('upstream-unreachable', '', { cause: new WaitsForKes([]) }))
const away = () => Promise.reject(new AppError('upstream-unreachable', ''))
const refusal = () => Promise.reject(new AppError('not-allowed', ''))

let reads: RememberedReads
const ask = (answer: () => Promise<boolean>, { session = 'one', address = '192.0.2.1', question = 'q' } = {}) =>
  reads.yes(caller(session), address, question, answer)

beforeEach(() => {
  vi.useFakeTimers()
  reads = new RememberedReads()
})
afterEach(() => vi.useRealTimers())

test('a yes outlasts half a minute only while MinIO waits for KES, and half an hour at most', async () => {
  await ask(yes)
  vi.advanceTimersByTime(29 * MINUTE_MS)
  expect(await ask(silence)).toBe(true)
  vi.advanceTimersByTime(2 * MINUTE_MS)
  await expect(ask(silence)).rejects.toThrow('upstream-unreachable')
})

test('silence gives nothing to who was not answered: another session, address or question', async () => {
  await expect(ask(silence)).rejects.toThrow()
  await ask(yes)
  vi.advanceTimersByTime(MINUTE_MS)
  await expect(ask(silence, { session: 'two' })).rejects.toThrow()
  await expect(ask(silence, { address: '192.0.2.2' })).rejects.toThrow()
  await expect(ask(silence, { question: 'other' })).rejects.toThrow()
  expect(await ask(silence)).toBe(true)
})

test.each([
  ['a refusal', refusal],
  ['MinIO that is away itself', away],
  ['a no', async () => false],
])('%s ends it', async (_, answer) => {
  await ask(yes)
  vi.advanceTimersByTime(MINUTE_MS)
  expect(await ask(answer).catch(() => false)).toBe(false)
  await expect(ask(silence)).rejects.toThrow()
})
