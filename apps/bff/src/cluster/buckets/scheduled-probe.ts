import type { BucketProbe } from '@strongroom/shared/bucket-probes'
import { PROBE_ACCESS_KEY, type ProbeSettings } from '../../config/probe-settings.ts'
import { AppError } from '../../errors.ts'
import { isReplicated, readObjectLock } from '../../minio/bucket-lock.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import { discoverRegion } from '../../minio/sts.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import type { EncryptionDefaults } from '../effective-encryption.ts'
import { probeBucket } from './probe.ts'
import { readPromise } from './probe-promise.ts'

export type ReadDefaults = (minio: Minio, credentials: Credentials) => Promise<EncryptionDefaults>

/** MinIO, as the access key of the console's own probes reaches it. */
export interface OwnAccess {
  readonly minio: Minio
  readonly credentials: Credentials
  readonly defaults: EncryptionDefaults
}

/** @throws AppError `conflict` where the console has no access key for it, `upstream-unreachable` */
export async function openOwnAccess(
  settings: ProbeSettings | null,
  minio: Minio,
  readDefaults: ReadDefaults,
): Promise<OwnAccess> {
  if (settings === null)
    throw new AppError(
      'conflict',
      `The console has no access key for probes of its own. Set ${PROBE_ACCESS_KEY}, and start it again.`,
    )
  const region = await discoverRegion(minio)
  const here = region === undefined ? minio : minio.with({ region })
  const credentials = { accessKey: settings.accessKey, secretKey: settings.secretKey }
  return { minio: here, credentials, defaults: await readDefaults(here, credentials).catch(unknownDefaults) }
}

/** A key that MinIO does not take fails the probes themselves, each with the reason. */
function unknownDefaults(error: unknown): EncryptionDefaults {
  if (error instanceof AppError) return { defaultKey: null, autoEncryption: null }
  throw error
}

/**
 * A probe by the console itself.
 *
 * @throws AppError `unsafe-now` where the bucket is locked or replicated, else as {@link probeBucket}; never `session-expired`
 */
export function probeByItself(access: OwnAccess, bucket: string): Promise<BucketProbe> {
  return blamingOwn(async () => {
    await requireOrdinary(access, bucket)
    const { minio, credentials, defaults } = access
    const promised = await readPromise(minio, credentials, bucket, defaults)
    return await probeBucket(minio, credentials, bucket, {
      locked: false,
      promised,
      by: credentials.accessKey,
      scheduled: true,
    })
  })
}

/**
 * Writes nothing.
 *
 * @throws AppError as {@link probeByItself}
 */
export const requireProbeable = (access: OwnAccess, bucket: string): Promise<void> =>
  blamingOwn(() => requireOrdinary(access, bucket))

async function requireOrdinary({ minio, credentials }: OwnAccess, bucket: string) {
  const [lock, replicated] = await Promise.all([
    readObjectLock(minio, credentials, bucket),
    isReplicated(minio, credentials, bucket),
  ])
  if (lock !== null)
    throw new AppError(
      'unsafe-now',
      'Object lock is on in this bucket, and the console probes no such bucket by itself.',
    )
  if (replicated)
    throw new AppError(
      'unsafe-now',
      'This bucket is replicated, and each probe would be copied elsewhere: the console probes no such bucket by itself.',
    )
}

/** Whether it makes no sense to try again: the bucket is locked, replicated or gone. */
export const isOver = (error: AppError) => error.code === 'unsafe-now' || minioErrorIn(error)?.code === 'NoSuchBucket'

async function blamingOwn<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw error instanceof AppError ? asOwn(error) : error
  }
}

/** The session of whoever asked is not the one that MinIO refused. */
function asOwn(error: AppError): AppError {
  const { code, detail, cause } = error
  if (code === 'session-expired' || code === 'wrong-credentials')
    return new AppError(
      'upstream-failed',
      `MinIO does not take the access key in ${PROBE_ACCESS_KEY}, or its secret key.`,
      {
        cause,
      },
    )
  if (code === 'not-allowed')
    return new AppError('not-allowed', `The console’s own access key for probes (${PROBE_ACCESS_KEY}): ${detail}`, {
      cause,
    })
  return error
}
