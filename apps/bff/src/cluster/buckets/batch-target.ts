import { AppError } from '../../errors.ts'
import { readObjectLock } from '../../minio/bucket-lock.ts'
import { readVersioning } from '../../minio/bucket-settings.ts'
import { type BucketEncryption, deleteEmptyBucket, getBucketEncryption } from '../../minio/buckets.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { listVersionsWithMetadata } from '../../minio/version-listing.ts'
import { createEncryptingBucket } from './create.ts'

type Access = { readonly minio: Minio; readonly credentials: Credentials }

export interface Copy {
  readonly bucket: string
  readonly prefix: string
  readonly target: string
  readonly encryption: BucketEncryption
}

/** What the copy needs of its target, and the rights of the key that writes it. */
export interface BucketShape {
  /** Also where versioning is suspended: the versions from before are there. */
  readonly versions: boolean
  readonly locking: boolean
}

/** @throws AppError `not-found` where there is no such bucket, or nothing under the prefix */
export async function requireContent(access: Access, bucket: string, prefix: string): Promise<BucketShape> {
  const shape = await shapeOf(access, bucket)
  if (shape === null)
    throw new AppError('not-found', 'MinIO has no bucket of this name.', {
      fields: [field('bucket', 'No such bucket')],
    })
  // Half a code point: no name of an object has one, and no request can carry it.
  if (/\p{Surrogate}/u.test(prefix)) throw noSuchPrefix()
  const holds = await holdsAnything(access, bucket, prefix).catch((error: unknown) => {
    // Two dots between slashes, say.
    throw prefix !== '' && minioErrorIn(error)?.status === 400 ? noSuchPrefix(error) : error
  })
  if (holds) return shape
  const detail = prefix === '' ? 'The bucket is empty' : 'Nothing in the bucket begins with it'
  throw new AppError('not-found', `${detail}: there is nothing to do.`, {
    fields: [field(prefix === '' ? 'bucket' : 'prefix', detail)],
  })
}

/**
 * Makes the target of a copy, or makes sure of the one that is there: encrypted as ordered, read back from MinIO; with room
 * for the versions of the source and their locks; and empty.
 *
 * @returns takes the bucket back, if it was made here
 * @throws AppError `already-exists` for one that does not fit
 */
export async function prepareTarget(access: Access, copy: Copy, source: BucketShape): Promise<() => Promise<void>> {
  const { minio, credentials } = access
  const { target, encryption } = copy
  const there = await shapeOf(access, target)
  if (there !== null) {
    await requireFit(access, copy, { source, there })
    return async () => {}
  }
  const wanted = { name: target, encryption, versioning: source.versions, locking: source.locking }
  await createEncryptingBucket(minio, credentials, wanted)
  const takeBack = () => deleteEmptyBucket(minio, credentials, target)
  try {
    await requireEncryption(access, target, encryption)
  } catch (error) {
    await takeBack().catch(() => undefined)
    throw error
  }
  return takeBack
}

/** Null: there is no such bucket. */
async function shapeOf({ minio, credentials }: Access, bucket: string): Promise<BucketShape | null> {
  try {
    const { state } = await readVersioning(minio, credentials, bucket)
    const lock = await readObjectLock(minio, credentials, bucket)
    return { versions: state !== 'off', locking: lock !== null }
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return null
    throw error
  }
}

async function requireFit(
  access: Access,
  { target, encryption }: Copy,
  { source, there }: { readonly source: BucketShape; readonly there: BucketShape },
) {
  const { minio, credentials } = access
  const lock = await readObjectLock(minio, credentials, target)
  const { state } = await readVersioning(minio, credentials, target)
  // In a bucket whose versioning is suspended, MinIO keeps one version of each object and counts the others as failed. Tried.
  if (source.versions && state !== 'on') throw unfit('It must keep versions, as the source does: switch versioning on.')
  if (!source.versions && there.versions)
    throw unfit('It keeps versions, and the source does not: the copies would get versions that the source has not.')
  if (source.locking && !there.locking)
    throw unfit('The source has object lock, which a bucket can only be made with: name one that is not there yet.')
  if (lock?.retention) throw unfit('Its default retention would lock what is not locked in the source: take it off.')
  await requireEncryption(access, target, encryption)
  // Not even by the same copy: a second one takes away the delete markers that the first one made, so that what was deleted
  // is there again, and fails for what is locked. Tried.
  if (await holdsAnything(access, target, ''))
    throw unfit('It holds objects. Name an empty bucket, or one that is not there yet.')
}

async function requireEncryption({ minio, credentials }: Access, target: string, wanted: BucketEncryption) {
  const found = await getBucketEncryption(minio, credentials, target)
  const same = found?.mode === wanted.mode && keyOf(found) === keyOf(wanted)
  if (!same) throw unfit('It does not encrypt as ordered here: set its encryption first, or name another bucket.')
}

const keyOf = (encryption: BucketEncryption) => (encryption.mode === 'sse-kms' ? encryption.key : null)

async function holdsAnything({ minio, credentials }: Access, bucket: string, prefix: string): Promise<boolean> {
  const { versions, markers } = await listVersionsWithMetadata(minio, credentials, bucket, { prefix, limit: 1 })
  return versions.length + markers > 0
}

const noSuchPrefix = (cause?: unknown) =>
  new AppError('invalid-input', 'Check the marked fields.', {
    cause,
    fields: [field('prefix', 'No object’s name can begin so')],
  })

const unfit = (why: string) =>
  new AppError('already-exists', `The target bucket does not fit. ${why}`, { fields: [field('target', why)] })

const field = (name: string, detail: string) => ({ pointer: `/order/${name}`, detail })
