import type { EncryptionMode } from '@strongroom/shared/bucket-name'
import type { BucketResult } from '@strongroom/shared/bucket-runs'
import { AppError } from '../../errors.ts'
import { outageIn } from '../outage.ts'
import { waitsForKes } from '../waits-for-kes.ts'

/** A configuration as a run has it: `none` for none. */
export interface Configured {
  readonly mode: EncryptionMode
  readonly key?: string | undefined
}

export const same = (one: Configured, other: Configured) => one.mode === other.mode && one.key === other.key

/** What became of a bucket, without its name. */
export type Outcome = Omit<BucketResult, 'bucket'>

const NOTHING_KNOWN = { before: null, after: null, reason: null }

export const outcome = (of: BucketResult['outcome'], more: Partial<Outcome> = {}): Outcome => ({
  outcome: of,
  ...NOTHING_KNOWN,
  ...more,
})

/**
 * What a failure makes of a bucket. That KES is away is the bucket's own failure, to be tried again; without MinIO or
 * credentials none can be done, so these are thrown for whoever waits until they are back.
 */
export function failed(error: unknown, before: Configured | null = null): Outcome {
  if (!(error instanceof AppError)) throw error
  const outage = outageIn(error)
  if (outage === 'minio' || outage === 'sign-in') throw error
  // What MinIO was left alone with, it may still do once KES is back.
  return outcome('failed', { before, after: waitsForKes(error) ? null : before, reason: error.detail })
}
