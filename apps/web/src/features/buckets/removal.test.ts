import type { ObjectRun } from '@strongroom/shared/object-encryption'
import { expect, test } from 'vitest'
import { isDryRunOf, whyNotRemove } from './removal.ts'

const run: ObjectRun = {
  id: 'r',
  act: 'remove-plain',
  bucket: 'a',
  by: ['root'],
  startedAt: '2026-11-21T10:00:00.000Z',
  endedAt: '2026-11-21T10:01:00.000Z',
  order: { prefix: 'logs/', dryRun: true },
  done: { count: 3, bytes: 30 },
  already: 0,
  left: [],
  retried: 0,
  failed: 0,
  failures: [],
}

test('a dry run counts for its own prefix, and only when it came to its end', () => {
  expect(isDryRunOf(run, 'logs/')).toBe(true)
  expect(isDryRunOf(run, '')).toBe(false)
  expect(isDryRunOf({ ...run, endedAt: null }, 'logs/')).toBe(false)
  expect(isDryRunOf({ ...run, order: { prefix: 'logs/', dryRun: false } }, 'logs/')).toBe(false)
})

test('nothing is removed without a dry run that found something, and the name', () => {
  expect(whyNotRemove(null, 'a', 'a')).toMatch(/dry run first/)
  expect(whyNotRemove({ ...run, done: { count: 0, bytes: 0 } }, 'a', 'a')).toMatch(/nothing/)
  expect(whyNotRemove(run, 'b', 'a')).toMatch(/name/)
  expect(whyNotRemove(run, 'a', 'a')).toBeNull()
})
