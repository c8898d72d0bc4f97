import type { KeyDeletion } from '@strongroom/shared/key-deletion'
import { expect, test } from 'vitest'
import { currentStep, deletionSteps } from './deletion-steps.ts'

const NOW = Date.parse('2026-11-21T10:00:00Z')
const before = '2026-11-20T10:00:00.000Z'
const twoHoursAgo = '2026-11-21T08:00:00.000Z'
const after = '2026-11-28T10:00:00.000Z'

const deletion = (rest: Partial<KeyDeletion>): KeyDeletion => ({
  name: 'old',
  stage: null,
  markedAt: null,
  markedBy: null,
  waitUntil: null,
  quarantinedAt: null,
  quarantinedBy: null,
  otherClusters: null,
  policies: [],
  rehearsal: [],
  blockers: [],
  next: 'mark',
  checkedAt: before,
  ...rest,
})
const marked = (rest: Partial<KeyDeletion>) =>
  deletion({ stage: 'marked', markedAt: before, waitUntil: before, next: 'quarantine', ...rest })
const undenied = [{ policy: 'minio', identities: [], denies: false, lines: ['- /v1/key/generate/old'] }]

test.each<[string, KeyDeletion, string, string]>([
  ['nothing is in the way', deletion({}), 'do waiting waiting waiting', 'mark'],
  ['it is in use', deletion({ blockers: ['IAM needs it.'] }), 'danger waiting waiting waiting', 'mark'],
  ['it waits', marked({ waitUntil: after }), 'holds waiting waiting waiting', 'wait'],
  ['it has waited', marked({}), 'holds holds do waiting', 'quarantine'],
  [
    'policies lack lines',
    marked({ policies: undenied, blockers: ['minio allows it.'] }),
    'holds holds do waiting',
    'quarantine',
  ],
  ['it came into use again', marked({ blockers: ['IAM needs it.'] }), 'holds holds danger waiting', 'quarantine'],
  ['it is quarantined', marked({ stage: 'quarantined', next: 'delete' }), 'holds holds holds do', 'delete'],
  [
    'the quarantine is young',
    marked({
      stage: 'quarantined',
      next: 'delete',
      quarantinedAt: twoHoursAgo,
      blockers: ['It is denied for two hours.'],
    }),
    'holds holds holds waiting',
    'delete',
  ],
  [
    'its quarantine is broken',
    marked({ stage: 'quarantined', next: 'delete', policies: undenied, blockers: ['minio allows it.'] }),
    'holds holds holds danger',
    'delete',
  ],
])('when %s', (_, state, faces, current) => {
  const steps = deletionSteps(state, NOW)
  expect(steps.map(({ face }) => face).join(' ')).toBe(faces)
  expect(currentStep(steps)).toBe(current)
})
