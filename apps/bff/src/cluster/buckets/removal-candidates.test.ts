import { expect, test } from 'vitest'
import type { ListedVersion } from '../../minio/version-listing.ts'
import { RemovalCandidates } from './removal-candidates.ts'

const version = (key: string, versionId: string, mode: ListedVersion['mode'], sizeBytes = 1): ListedVersion => ({
  ...{ key, versionId, mode, sizeBytes },
  ...{ modifiedAt: '2026-01-01T00:00:00.000Z', current: false },
})
const ids = (versions: readonly ListedVersion[]) => versions.map(({ versionId }) => versionId)

test('newer encrypted versions of the same object and size, the nearest first, also from the page before', () => {
  const candidates = new RemovalCandidates()
  expect(candidates.next([version('a', '1', 'sse-s3'), version('b', '9', 'sse-s3')])).toEqual([])
  const found = candidates.next([
    version('b', '8', 'sse-kms'),
    version('b', '7', 'sse-kms', 2),
    version('b', '6', 'sse-c'),
    version('b', '5', 'none'),
    version('b', '4', 'none', 3),
    version('c', '3', 'none'),
    { ...version('d', '2', 'none'), current: true },
  ])
  expect(found.map(({ plain, alike, hasSealed }) => [plain.versionId, ids(alike), hasSealed])).toEqual([
    ['5', ['8', '9'], true],
    ['4', [], true],
    ['3', [], false],
  ])
})

test('an object of very many versions takes no more room than they do themselves', () => {
  const candidates = new RemovalCandidates()
  let most = 0
  for (let at = 0; at < 20_000; at++) {
    const found = candidates.next([version('a', `${at}`, at % 2 === 0 ? 'sse-s3' : 'none')])
    most = Math.max(most, ...found.map(({ alike }) => alike.length))
  }
  expect(most).toBe(5)
})
