import type { BucketProbe } from '@strongroom/shared/bucket-probes'
import { expect, test } from 'vitest'
import { probeOutcome, whyNotScheduled } from './probe-words.ts'

const probe: BucketProbe = {
  encrypted: true,
  mode: 'sse-s3',
  promised: { mode: 'sse-s3' },
  asPromised: true,
  headers: [],
  readBack: true,
  removed: true,
  left: null,
  object: 'a/.strongroom-probe/1',
  at: '2026-11-21T10:00:00.000Z',
  by: 'root',
  scheduled: false,
}

test('a probe is what was found, and whether that was promised', () => {
  expect(probeOutcome(probe)).toBe('as-promised')
  expect(probeOutcome({ ...probe, asPromised: false })).toBe('not-as-promised')
  expect(probeOutcome({ ...probe, encrypted: false, mode: 'none', asPromised: null })).toBe('plain')
  expect(probeOutcome({ ...probe, promised: null, asPromised: null })).toBe('unpromised')
})

test('what came back as other bytes failed, whatever its headers say', () => {
  expect(probeOutcome({ ...probe, readBack: false })).toBe('failed')
  expect(probeOutcome({ at: probe.at, by: 'root', scheduled: true, reason: 'KES is away' })).toBe('failed')
})

test('locked and replicated buckets are never probed on a schedule, even with an access key', () => {
  expect(whyNotScheduled({ locking: true, replication: false }, 'prober')).toMatch(/Object lock/)
  expect(whyNotScheduled({ locking: false, replication: true }, 'prober')).toMatch(/replicated/)
  expect(whyNotScheduled({ locking: false, replication: false }, 'prober')).toBeNull()
  expect(whyNotScheduled({ locking: false, replication: false }, null)).toMatch(/no access key/)
})
