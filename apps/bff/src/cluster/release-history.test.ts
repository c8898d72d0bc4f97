import { expect, test } from 'vitest'
import { releaseHistory } from './release-history.ts'

test.each([
  ['RELEASE.2021-03-26T00-00-41Z', 'seals-under-root'],
  ['RELEASE.2021-04-22T15-44-28Z', 'seals-under-root'],
  ['RELEASE.2021-05-11T23-27-41Z', 'migrates-once'],
  ['2022-10-24T18:35:07Z', 'migrates-once'],
  ['RELEASE.2023-04-20T17-56-55Z', 'migrates-once'],
  ['RELEASE.2023-04-28T18-11-17Z', 'leaves'],
  ['RELEASE.2023-04-28T18-11-17Z.hotfix.1', 'leaves'],
  ['2026-02-12T00:00:00Z', 'leaves'],
])('%s: %s', (version, behaviour) => {
  expect(releaseHistory(version)?.behaviour).toBe(behaviour)
})

test('a build without a date tells nothing', () => {
  expect(releaseHistory('DEVELOPMENT.GOGET')).toBeNull()
})

test('the trap is in the words', () => {
  expect(releaseHistory('2021-05-11T23:27:41Z')?.explanation).toMatch(
    /in plaintext, without a word.*can’t go on with it/s,
  )
  expect(releaseHistory('2022-08-08T18:34:09Z')?.explanation).not.toContain('can’t go on with it')
})
