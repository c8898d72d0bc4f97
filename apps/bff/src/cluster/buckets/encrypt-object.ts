import { AppError } from '../../errors.ts'
import type { BucketEncryption } from '../../minio/buckets.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import { putOverItself, type Written } from '../../minio/object-copy.ts'
import { isChanged, type ObjectFacts, readFacts, readWhole } from '../../minio/object-facts.ts'
import type { ListedObject } from '../../minio/object-listing.ts'
import { requireSight } from '../../minio/object-lock.ts'
import type { ObjectName } from '../../minio/objects.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import type { ByteBudget } from '../byte-budget.ts'
import { copyInPieces, Superseded } from './copy-pieces.ts'
import { followOlder } from './follow-older.ts'
import { differences, isSealed } from './objects-alike.ts'

/** Copied through this process, which keeps the ETag of an object of one piece; larger ones are copied by MinIO, as parts. */
export const LARGEST_WHOLE = 64 * 2 ** 20
/** Fetched without a look before. */
const SMALL = 2 ** 20
const TRIES = 4

export interface EncryptionOrder {
  readonly bucket: string
  readonly sealing: BucketEncryption
  readonly which: 'plain' | 'not-so'
  readonly parts: 'keep' | 'join' | 'leave'
  /** Objects in a tier are pulled back. */
  readonly tiered: boolean
}

/** What is known of the bucket; null: can't be told. */
export interface BucketFacts {
  readonly keepsVersions: boolean
  /** Some new versions may replace one that has no id: versioning is suspended, has exceptions, or is not told. */
  readonly mayReplace: boolean
  readonly locked: boolean | null
}

export interface EncryptionScope {
  readonly minio: Minio
  readonly credentials: Credentials
  readonly signal: AbortSignal
  readonly memory: ByteBudget
  readonly facts: BucketFacts
  /** Rejects when somebody else writes to this bucket now. */
  readonly requireHeld: () => Promise<void>
  /** Rejects when this MinIO would write over a newer object. */
  readonly requireGuard: (name: ObjectName) => Promise<void>
}

export type Outcome =
  | { readonly is: 'done'; readonly bytes: number }
  | { readonly is: 'already' }
  | { readonly is: 'left'; readonly reason: string }

/**
 * Writes an object over itself so that it is sealed as ordered, and looks at what has come out.
 *
 * CopyObject is not used for it, `x-amz-copy-source-if-match` or not: MinIO reads the source of a copy onto itself without
 * a lock, and takes the lock only for the writing (minio cmd/object-handlers.go, `CopyObjectHandler`). Of 497 writes of other
 * clients, each answered 200, 195 were overwritten by the older bytes while such copies ran on four keys (one drive; 99 of
 * 179 on four). With `PutObject` and `CompleteMultipartUpload` under `If-Match`, which MinIO compares under the lock, none.
 *
 * @param retried told of each try that met a newer object
 * @throws AppError `unsafe-now`: it came out other than it was, so that nothing more may be written; others for what kept it
 *   from being written
 */
export async function encryptObject(
  scope: EncryptionScope,
  order: EncryptionOrder,
  listed: ListedObject,
  retried: () => void,
): Promise<Outcome> {
  for (let tries = TRIES; tries > 0; tries--) {
    try {
      return await attempt(scope, order, listed)
    } catch (error) {
      if (isGone(error)) return { is: 'left', reason: 'Deleted meanwhile' }
      if (!(error instanceof Superseded) && !isChanged(error)) throw error
      if (tries > 1) retried()
    }
  }
  throw new AppError(
    'upstream-failed',
    `Somebody else wrote it during each of ${TRIES} tries. Theirs is what is there.`,
  )
}

async function attempt(scope: EncryptionScope, order: EncryptionOrder, listed: ListedObject): Promise<Outcome> {
  const name = { bucket: order.bucket, key: listed.key }
  const reason = reasonToLeave(order, listed.storageClass ?? '')
  if (reason !== null) return { is: 'left', reason }
  if (listed.sizeBytes > SMALL || !isHere(listed.storageClass ?? '')) {
    const facts = await readFacts(scope.minio, scope.credentials, name)
    return (await withoutWriting(scope, order, name, facts)) ?? write(scope, order, name, facts)
  }
  const free = await scope.memory.take(SMALL)
  try {
    const { facts, bytes } = await readWhole(scope.minio, scope.credentials, name, LARGEST_WHOLE)
    return (await withoutWriting(scope, order, name, facts)) ?? (await write(scope, order, name, facts, bytes))
  } finally {
    free()
  }
}

/** Null: it is to be written. */
async function withoutWriting(
  scope: EncryptionScope,
  order: EncryptionOrder,
  name: ObjectName,
  facts: ObjectFacts,
): Promise<Outcome | null> {
  const { seal, parts, storageClass, versionId } = facts
  if (seal.mode === 'sse-c') return { is: 'left', reason: SSE_C }
  if (seal.mode === 'none' && seal.headers.length > 0)
    return { is: 'left', reason: 'Sealed in a way that this console does not know' }
  if (order.which === 'plain' ? seal.mode !== 'none' : isSealed(facts, order.sealing)) return { is: 'already' }
  if (parts > 0 && order.parts === 'leave') return { is: 'left', reason: 'Has several parts, which were to be left' }
  if (isFolder(name) && seal.mode !== 'none') return { is: 'left', reason: SEALED_FOLDER }
  const reason = reasonToLeave(order, storageClass)
  if (reason !== null) return { is: 'left', reason }
  if (scope.facts.mayReplace && versionId !== null && (await hasNullVersion(scope, name)))
    return {
      is: 'left',
      reason: 'Versioning is off for it now: the copy would replace an older version that has no id',
    }
  await requireLockSight(scope, name, facts)
  return null
}

/**
 * MinIO stores an object whose key ends in a slash under another name, and can't open its sealed ETag for `If-Match` or for
 * the reply to a write: a plain one can be compared, a sealed one never matches.
 */
const isFolder = ({ key }: ObjectName) => key.endsWith('/')

const SEALED_FOLDER = 'Its key ends in a slash and it is sealed already: MinIO can’t tell whether it changed meanwhile'

export const SSE_C = 'Sealed with a key of a client (SSE-C), which only that client can open'

const reasonToLeave = ({ tiered }: EncryptionOrder, storageClass: string) =>
  tiered || isHere(storageClass) ? null : 'Lies in a tier: the copy would pull it back'

const isHere = (storageClass: string) => /^(STANDARD|REDUCED_REDUNDANCY)?$/.test(storageClass)

async function hasNullVersion({ minio, credentials }: EncryptionScope, name: ObjectName): Promise<boolean> {
  try {
    await readFacts(minio, credentials, { ...name, versionId: 'null' })
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return false
    // A delete marker, say.
    if (error instanceof AppError && error.code === 'upstream-failed') return true
    throw error
  }
}

/** Where a lock is possible and none is seen, makes sure that there is none. */
async function requireLockSight(
  scope: EncryptionScope,
  name: ObjectName,
  { retention, legalHold, versionId }: ObjectFacts,
) {
  const { minio, credentials, facts } = scope
  if (facts.locked === false) return
  const exact = { ...name, ...(versionId !== null && { versionId }) }
  if (retention === null) await requireSight(minio, credentials, exact, 'retention')
  if (legalHold === null) await requireSight(minio, credentials, exact, 'legal-hold')
}

const codeOf = (error: unknown) => minioErrorIn(error)?.code ?? ''

async function write(
  scope: EncryptionScope,
  order: EncryptionOrder,
  name: ObjectName,
  facts: ObjectFacts,
  fetched?: Uint8Array,
): Promise<Outcome> {
  const { sealing, parts } = order
  const keep = facts.parts > 0 && parts === 'keep' && facts.sizeBytes > 0
  await scope.requireHeld()
  await scope.requireGuard(name)
  const written =
    keep || facts.sizeBytes > LARGEST_WHOLE
      ? await copyInPieces(scope, exactly(name, facts), { facts, sealing, keep })
      : await rewrite(scope, name, { facts, sealing, fetched })
  await verify(scope, order, name, { before: facts, written, keep })
  return { is: 'done', bytes: facts.sizeBytes }
}

const exactly = (name: ObjectName, { versionId }: ObjectFacts) => ({
  ...name,
  ...(versionId !== null && { versionId }),
})

interface Rewrite {
  readonly facts: ObjectFacts
  readonly sealing: BucketEncryption
  readonly fetched: Uint8Array | undefined
}

async function rewrite(
  scope: EncryptionScope,
  name: ObjectName,
  { facts, sealing, fetched }: Rewrite,
): Promise<Written> {
  const { minio, credentials, memory } = scope
  if (fetched !== undefined) return putOverItself(minio, credentials, name, { facts, bytes: fetched, sealing })
  const free = await memory.take(facts.sizeBytes)
  try {
    const whole = await readWhole(minio, credentials, name, LARGEST_WHOLE)
    if (whole.facts.etag !== facts.etag) throw new Superseded()
    return await putOverItself(minio, credentials, name, { facts: whole.facts, bytes: whole.bytes, sealing })
  } finally {
    free()
  }
}

interface Rewritten {
  readonly before: ObjectFacts
  readonly written: Written
  readonly keep: boolean
}

async function verify(
  scope: EncryptionScope,
  order: EncryptionOrder,
  name: ObjectName,
  { before, written, keep }: Rewritten,
) {
  const { minio, credentials, facts } = scope
  const { versionId } = written
  const after = await readFacts(minio, credentials, { ...name, ...(versionId !== null && { versionId }) })
  if (versionId === null && after.etag !== written.etag && !isFolder(name)) throw new Superseded()
  if (facts.keepsVersions && versionId !== before.versionId)
    await followOlder(scope, name, { before, written: versionId })
  const wrong = [
    ...differences(before, after),
    ...(isSealed(after, order.sealing) ? [] : ['encryption']),
    ...(keep && after.parts !== before.parts ? ['parts'] : []),
  ]
  if (wrong.length === 0) return
  const older = facts.keepsVersions ? 'The version before it is as it was. ' : ''
  throw new AppError(
    'unsafe-now',
    `The run stopped: ${name.key} was written again, and differs from before in ${wrong.join(', ')}. ${older}Nothing else was written after it.`,
  )
}

/** MinIO says so of the object, not of the bucket or of a key in the KMS. */
const isGone = (error: unknown) => /^NoSuch(Key|Version)$/.test(codeOf(error))
