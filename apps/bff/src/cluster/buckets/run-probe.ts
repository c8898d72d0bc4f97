import type { BucketProbe } from '@strongroom/shared/bucket-probes'
import { AppError } from '../../errors.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import type { EncryptionDefaults } from '../effective-encryption.ts'
import { probeWithEvidence } from './probe-evidence.ts'
import { type Promised, readPromise } from './probe-promise.ts'
import { type ProbeStore, summaryOf } from './probe-store.ts'
import { failed, type Outcome, outcome } from './run-outcome.ts'

export interface ProbeGround {
  readonly probes: Pick<ProbeStore, 'keep'>
  readonly locked: boolean
  readonly defaults: EncryptionDefaults
  readonly by: string
}

/**
 * Probes one bucket; the evidence is kept.
 *
 * @throws AppError where MinIO is away or the credentials have ended; every other failure is an outcome
 */
export async function probeInRun(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  { probes, locked, defaults, by }: ProbeGround,
): Promise<Outcome> {
  let promised: Promised = null
  try {
    promised = await readPromise(minio, credentials, bucket, defaults)
    const probe = await probeWithEvidence(probes, { minio, credentials }, bucket, { locked, promised, by })
    const after = { mode: probe.mode, ...(probe.key !== undefined && { key: probe.key }) }
    return outcome(summaryOf(probe).outcome, { before: promised, after, reason: wordsOf(probe) })
  } catch (error) {
    // Object lock is on, and nobody said that it may be probed all the same: nothing was written.
    if (error instanceof AppError && error.code === 'unsafe-now') return outcome('left', { reason: error.detail })
    // Nothing was found there.
    return { ...failed(error), before: promised }
  }
}

function wordsOf({ readBack, left, promised }: BucketProbe): string | null {
  const words = [
    ...(readBack ? [] : ['Other bytes came back than were written.']),
    ...(promised === null ? ['What was promised could not be told.'] : []),
    ...(left === null ? [] : [left]),
  ]
  return words.length > 0 ? words.join(' ') : null
}
