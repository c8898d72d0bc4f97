import type { BucketProbe } from '@strongroom/shared/bucket-probes'
import type { ProblemCode } from '@strongroom/shared/problem'
import { AppError } from '../../errors.ts'
import { type Credentials, isTimeout, type Minio } from '../../minio/transport.ts'
import { waitsForKes } from '../waits-for-kes.ts'
import { type ProbeOrder, probeBucket } from './probe.ts'
import type { ProbeStore } from './probe-store.ts'

/** They tell of whoever asked, or that nothing was tried, and nothing of the bucket: kept, anybody could push out what others proved. */
const NO_EVIDENCE: ReadonlySet<ProblemCode> = new Set([
  'not-allowed',
  'not-found',
  'session-expired',
  'sign-in-again',
  'wrong-credentials',
  'unsafe-now',
])

/**
 * A probe of which the evidence is kept, also where it failed.
 *
 * @throws AppError as {@link probeBucket}
 */
export async function probeWithEvidence(
  store: Pick<ProbeStore, 'keep'>,
  { minio, credentials }: { readonly minio: Minio; readonly credentials: Credentials },
  bucket: string,
  order: ProbeOrder,
): Promise<BucketProbe> {
  try {
    const probe = await probeBucket(minio, credentials, bucket, order)
    await store.keep(bucket, probe)
    return probe
  } catch (error) {
    if (error instanceof AppError && !NO_EVIDENCE.has(error.code) && !minioAway(error))
      await store.keep(bucket, failedProbe(error, order))
    throw error
  }
}

/** Nobody was asked, so nobody said who may. Silence is another matter: MinIO may wait for a KES that hangs. */
export const minioAway = (error: AppError) =>
  error.code === 'upstream-unreachable' && !waitsForKes(error) && !isTimeout(error)

export const failedProbe = (
  { detail }: AppError,
  { by, scheduled = false, promised }: Pick<ProbeOrder, 'by' | 'scheduled'> & Partial<Pick<ProbeOrder, 'promised'>>,
) => ({
  at: new Date().toISOString(),
  by,
  scheduled,
  reason: detail,
  ...(promised !== undefined && { promised }),
})
