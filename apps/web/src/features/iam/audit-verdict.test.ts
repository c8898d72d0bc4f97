import type { IamAudit } from '@strongroom/shared/iam'
import { expect, test } from 'vitest'
import { auditVerdict } from './audit-verdict.ts'

const none = { plaintext: 0, 'root-credentials': 0, kms: {}, unreadable: 0 }
const audit: IamAudit = {
  id: 'a2',
  takenAt: '2026-11-21T07:00:00Z',
  tookMs: 1200,
  counts: { ...none, kms: { K: 10 } },
  byKind: [{ kind: 'user', counts: { ...none, kms: { K: 10 } } }],
  total: 10,
  toMove: 0,
  stale: 0,
  drives: { observed: 4, total: 4 },
  legacyMarker: false,
  defaultKey: 'K',
  depth: 'names',
  opened: null,
  volume: '.minio.sys',
  regressed: 0,
}

test.each<[string, Partial<IamAudit>, string, string]>([
  ['all sealed', {}, 'good', 'All 10 items are sealed by the key K.'],
  [
    'regressed, before all else',
    { regressed: 1, counts: { ...none, 'root-credentials': 9, plaintext: 1 } },
    'critical',
    '1 item that was sealed lies in plaintext now.',
  ],
  [
    'not to be opened',
    { opened: { opened: 7, noKey: 0, failed: 3 } },
    'critical',
    '3 of 10 items can’t be opened by what the header names. Delete no key, and change no password.',
  ],
  [
    'root credentials',
    { counts: { ...none, 'root-credentials': 4, plaintext: 6 }, toMove: 10 },
    'critical',
    '4 of 10 items are still encrypted with the root password. Do not change it.',
  ],
  [
    'root credentials on what no migration moves',
    { counts: { ...none, 'root-credentials': 1, kms: { K: 9 } } },
    'warning',
    '1 of 10 items is still encrypted with the root password. Do not change it.',
  ],
  ['plaintext', { counts: { ...none, plaintext: 1, kms: { K: 9 } } }, 'critical', '1 of 10 items lies in plaintext.'],
  [
    'unreadable',
    { counts: { ...none, unreadable: 2, kms: { K: 8 } } },
    'critical',
    '2 of 10 items can’t be read from the drives.',
  ],
  [
    'an old key',
    { counts: { ...none, kms: { K: 7, OLD: 3 } } },
    'warning',
    '3 of 10 items still need the key OLD. Keep it.',
  ],
  [
    'old keys',
    { counts: { ...none, kms: { K: 7, OLD: 2, OLDER: 1 } } },
    'warning',
    '2 keys besides the default one still seal items. Keep them.',
  ],
  ['a drive is away', { drives: { observed: 3, total: 4 } }, 'warning', 'What 1 of 4 drives hold is not observed.'],
  ['older copies', { stale: 2 }, 'warning', 'Some drives hold older copies of 2 items. Heal them.'],
  ['nothing', { total: 0, counts: none, byKind: [] }, 'warning', 'The drives hold no IAM or config item.'],
])('%s', (_, changes, tone, sentence) => expect(auditVerdict({ ...audit, ...changes })).toEqual({ tone, sentence }))

test('format.json in plaintext holds no secret, and is not called sealed either', () => {
  const counts = { ...none, plaintext: 1, kms: { K: 9 } }
  const byKind: IamAudit['byKind'] = [{ kind: 'format', counts: { ...none, plaintext: 1 } }]
  expect(auditVerdict({ ...audit, counts, byKind })).toEqual({
    tone: 'good',
    sentence: '9 of 10 items are sealed by the key K; format.json holds no secret.',
  })
})
