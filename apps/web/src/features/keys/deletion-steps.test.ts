import type { KeyDeletion } from '@strongroom/shared/key-deletion'
import { expect, test } from 'vitest'
import { currentStep, deletionSteps } from './deletion-steps.ts'

const NOW = Date.parse('2026-11-21T10:00:00Z')
const before = '2026-11-20T10:00:00.000Z'
const after = '2026-11-28T10:00:00.000Z'

const deletion = (rest: Partial<KeyDeletion>): KeyDeletion => ({
  name: 'old',
  stage: null,
  markedAt: null,
  markedBy: null,
  waitUntil: null,
  quarantinedAt: null,
  quarantinedBy: null,
  deleteAfter: null,
  otherClusters: null,
  policies: [],
  rehearsal: [],
  blockers: [],
  losses: [],
  next: 'mark',
  checkedAt: before,
  ...rest,
})
const marked = (rest: Partial<KeyDeletion>) =>
  deletion({ stage: 'marked', markedAt: before, waitUntil: before, next: 'quarantine', ...rest })
const undenied = [{ policy: 'minio', identities: [], denies: false, lines: ['/v1/key/generate/old'] }]
const needed = { blockers: ['IAM needs it.'], losses: ['IAM needs it.'] }
const OPEN = 'minio allows it.'

test.each<[string, KeyDeletion, string, string]>([
  ['nothing is in the way', deletion({}), 'do waiting waiting waiting', 'mark'],
  ['it is in use', deletion(needed), 'danger waiting waiting waiting', 'mark'],
  ['it waits', marked({ waitUntil: after }), 'holds waiting waiting waiting', 'wait'],
  ['it has waited', marked({}), 'holds holds do waiting', 'quarantine'],
  [
    'policies lack lines',
    marked({ policies: undenied, blockers: ['minio allows it.'] }),
    'holds holds do waiting',
    'quarantine',
  ],
  ['it came into use again', marked(needed), 'holds holds danger waiting', 'quarantine'],
  ['the drives were not read', marked({ blockers: ['Read the drives.'] }), 'holds holds waiting waiting', 'quarantine'],
  ['it is quarantined', marked({ stage: 'quarantined', next: 'delete' }), 'holds holds holds do', 'delete'],
  [
    'the quarantine is young',
    marked({
      stage: 'quarantined',
      next: 'delete',
      blockers: ['The key may be deleted from tomorrow on.'],
    }),
    'holds holds holds waiting',
    'delete',
  ],
  [
    'its quarantine is broken',
    marked({ stage: 'quarantined', next: 'delete', policies: undenied, blockers: [OPEN], losses: [OPEN] }),
    'holds holds holds danger',
    'delete',
  ],
])('when %s', (_, state, faces, current) => {
  const steps = deletionSteps(state, NOW)
  expect(steps.map(({ face }) => face).join(' ')).toBe(faces)
  expect(currentStep(steps)).toBe(current)
})
