import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { isReplicated, readObjectLock } from './bucket-lock.ts'
import { readVersioning } from './bucket-settings.ts'
import { ADMIN, readJson } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

const Told = z.object({
  Buckets: z.nullish(
    z.array(
      z.object({
        name: z.string(),
        size: z.int(),
        objects: z.int(),
        /** Null where the scanner has not counted yet: size and objects are zeros then. */
        objectHistogram: z.nullish(z.unknown()),
        details: z.nullish(
          z.object({
            versioning: z.boolean(),
            versioningSuspended: z.boolean(),
            locking: z.boolean(),
            replication: z.boolean(),
          }),
        ),
      }),
    ),
  ),
})
type ToldBucket = NonNullable<z.infer<typeof Told>['Buckets']>[number]

/** What a bucket is besides its encryption; null, each of them: MinIO did not tell. */
export interface BucketTraits {
  readonly versioning: 'off' | 'on' | 'suspended' | null
  readonly locking: boolean | null
  readonly replication: boolean | null
  readonly usage: { readonly objects: number; readonly bytes: number } | null
}

export const NO_TRAITS: BucketTraits = { versioning: null, locking: null, replication: null, usage: null }

/**
 * The traits of all buckets that the caller may list, find or write to, by name, in one call (`GET accountinfo`): 30 ms for a
 * thousand. It fails as a whole where the metadata of one bucket can't be read. MinIO makes it from a list of buckets that it
 * remembers, so one that was just made may be missing; see {@link readTraitsOf}. Source: minio cmd/erasure-server-pool.go.
 */
export async function readBucketTraits(
  minio: Minio,
  credentials: Credentials,
): Promise<ReadonlyMap<string, BucketTraits>> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `${ADMIN}/accountinfo`,
    credentials,
    timeoutMs: 15_000,
    // 400 bytes for each bucket.
    maxReplyBytes: 256 * 2 ** 20,
  })
  const { Buckets } = readJson(Told, bytes)
  return new Map((Buckets ?? []).map((bucket) => [bucket.name, traitsOf(bucket)]))
}

const traitsOf = ({ objects, size, objectHistogram, details }: ToldBucket): BucketTraits => ({
  versioning: details ? (details.versioning ? 'on' : details.versioningSuspended ? 'suspended' : 'off') : null,
  locking: details?.locking ?? null,
  replication: details?.replication ?? null,
  usage: objectHistogram ? { objects, bytes: size } : null,
})

/** The same of one bucket, asked of itself; each of them null where the caller may not ask for it. */
export async function readTraitsOf(minio: Minio, credentials: Credentials, bucket: string): Promise<BucketTraits> {
  const [versioning, lock, replication] = await Promise.all([
    told(readVersioning(minio, credentials, bucket)),
    told(readObjectLock(minio, credentials, bucket).then((found) => ({ on: found !== null }))),
    told(isReplicated(minio, credentials, bucket)),
  ])
  return { versioning: versioning?.state ?? null, locking: lock?.on ?? null, replication, usage: null }
}

const told = <T>(asked: Promise<T>): Promise<T | null> =>
  asked.catch((error: unknown) => {
    if (error instanceof AppError && error.code !== 'session-expired') return null
    throw error
  })
