import type { BucketProbe } from '@strongroom/shared/bucket-probes'
import { AppError } from '../../errors.ts'
import { type ObjectLock, readObjectLock } from '../../minio/bucket-lock.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import { getObject, type ObjectName, putObject } from '../../minio/objects.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { sweepLeftovers } from './probe-leftovers.ts'
import { newProbeObject } from './probe-object.ts'
import { keepsPromise, type Promised } from './probe-promise.ts'
import { type Governed, removeProbe } from './probe-removal.ts'

export interface ProbeOrder {
  /** Also where object lock is on: under the shortest retention then, instead of the bucket's own. */
  readonly locked: boolean
  readonly promised: Promised
  /** Whose credentials these are. */
  readonly by: string
  readonly scheduled?: boolean
}

/** MinIO takes any time that its clock has not reached. So long the request may be on its way, clocks of nodes may differ. */
const GOVERNED_MS = 5_000
/** MinIO tells its time to the second. */
const SECOND_MS = 1_000

/**
 * Writes a small object without any encryption header, reads it back, looks at what sealed it, and removes all of it. What an
 * ended console had left of its own is removed too. Where the answer to the write got lost, so may the object be left until then.
 *
 * @throws AppError `unsafe-now` for a bucket with object lock unless `locked` says so, and where it could not be written or read
 *   back: as MinIO refuses
 */
export async function probeBucket(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  { locked, promised, by, scheduled = false }: ProbeOrder,
): Promise<BucketProbe> {
  const lock = await readObjectLock(minio, credentials, bucket)
  if (lock !== null && !locked) throw refusedForLock(lock)
  const governed = lock && retentionFrom(lock)
  const { key, body } = newProbeObject()
  const { versionId } = await putObject(minio, credentials, { bucket, key }, body, governed?.until).catch(explained)
  const name = { bucket, key, ...(versionId !== undefined && { versionId }) }
  const { bytes, seal } = await readBack(minio, credentials, name, governed)
  const left = await removeProbe(minio, credentials, name, governed)
  const swept = await sweepLeftovers(minio, credentials, bucket)
  // Nothing was asked for with a key of the client, so MinIO can't have used one.
  const mode = seal.mode === 'sse-c' ? 'none' : seal.mode
  const found = { mode, ...(seal.key !== undefined && { key: seal.key }) }
  return {
    ...found,
    encrypted: mode !== 'none',
    promised,
    asPromised: keepsPromise(promised, found),
    headers: seal.headers.map(({ name: header, value }) => ({ name: header, value })),
    readBack: Buffer.compare(bytes, body) === 0,
    removed: left === null,
    left,
    ...(swept > 0 && { swept }),
    object: `${bucket}/${key}`,
    at: new Date().toISOString(),
    by,
    scheduled,
  }
}

/** What can't be read is removed all the same, and what is left of it is told. */
async function readBack(minio: Minio, credentials: Credentials, name: ObjectName, governed: Governed | null) {
  try {
    return await getObject(minio, credentials, name)
  } catch (error) {
    const left = await removeProbe(minio, credentials, name, governed)
    if (!(error instanceof AppError)) throw error
    const detail = `It was written, but not read back: ${error.detail}${left === null ? '' : ` ${left}`}`
    throw new AppError(error.code, detail, { cause: error.cause })
  }
}

const retentionFrom = ({ at }: ObjectLock): Governed => ({
  until: new Date(at.getTime() + GOVERNED_MS),
  passedAt: performance.now() + GOVERNED_MS + SECOND_MS,
})

function refusedForLock({ retention }: ObjectLock): AppError {
  const own =
    retention === null
      ? 'Its objects get no retention by themselves'
      : `Its objects are kept for ${retention.days} days (${retention.mode.toLowerCase()})`
  return new AppError(
    'unsafe-now',
    `Object lock is on in this bucket. ${own}, and a probe object must not stay. It can be probed with governance retention of a few seconds instead: ask for that.`,
  )
}

/** @throws always */
function explained(error: unknown): never {
  if (minioErrorIn(error)?.code === 'XMinioAdminBucketQuotaExceeded')
    throw new AppError('upstream-failed', 'The quota of the bucket is used up: MinIO takes no object of any size.', {
      cause: error instanceof AppError ? error.cause : error,
    })
  throw error
}
