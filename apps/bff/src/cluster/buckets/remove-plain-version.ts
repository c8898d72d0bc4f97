import { AppError } from '../../errors.ts'
import { readVersioning } from '../../minio/bucket-settings.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import { isAhead } from '../../minio/object-copy.ts'
import { type ObjectFacts, readFacts } from '../../minio/object-facts.ts'
import { hashObject } from '../../minio/object-hash.ts'
import { requireSight } from '../../minio/object-lock.ts'
import { deleteObject, type ObjectName } from '../../minio/objects.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import type { ListedVersion } from '../../minio/version-listing.ts'
import { differences } from './objects-alike.ts'
import type { Candidate } from './removal-candidates.ts'

export interface RemovalScope {
  readonly minio: Minio
  readonly credentials: Credentials
  readonly signal: AbortSignal
  readonly bucket: string
  readonly dryRun: boolean
  /** False: the bucket has no object lock. */
  readonly locked: boolean | null
  /** Null: not told. */
  readonly replicated: boolean | null
  readonly requireHeld: () => Promise<void>
}

export type Removal =
  | { readonly is: 'removed'; readonly bytes: number }
  | { readonly is: 'left'; readonly reason: string }

/**
 * Removes a plain version when a newer encrypted one of the same object has the same bytes, metadata and tags. Both are
 * read for it, and compared by SHA-256, right before.
 */
export async function removePlainVersion(scope: RemovalScope, candidate: Candidate): Promise<Removal> {
  const { plain } = candidate
  const { minio, credentials } = scope
  const name = nameOf(scope, plain)
  const facts = await readFacts(minio, credentials, name)
  if (facts.seal.mode !== 'none' || facts.seal.headers.length > 0) return left('Is not plain any more')
  const lock = await lockOn(scope, name, facts)
  if (lock !== null) return left(lock)
  if (await mayBeReplaced(scope, name)) return left(REPLACEABLE)
  const copy = await findCopy(scope, name, facts, candidate)
  if (typeof copy === 'string') return left(copy)
  if (!scope.dryRun) await remove(scope, name, copy)
  return { is: 'removed', bytes: facts.sizeBytes }
}

const left = (reason: string): Removal => ({ is: 'left', reason })

/** Why it can't be removed; null: nothing holds it. */
async function lockOn(
  { minio, credentials, locked }: RemovalScope,
  name: ObjectName,
  { retention, legalHold }: ObjectFacts,
): Promise<string | null> {
  if (legalHold === 'ON') return 'On legal hold: plain until it is taken off'
  if (retention !== null && isAhead(retention.until))
    return `Locked (${retention.mode.toLowerCase()}): plain until ${retention.until.slice(0, 10)}`
  if (locked === false) return null
  // What the account may not see would count as none.
  if (legalHold === null) await requireSight(minio, credentials, name, 'legal-hold')
  if (retention === null) await requireSight(minio, credentials, name, 'retention')
  return null
}

/**
 * Whether a write of somebody else could take the place of a version while it is compared. Its removal, which names no more than
 * `null`, would then remove what was just written. Asked of each, and again right before: somebody may suspend versioning meanwhile.
 */
async function mayBeReplaced({ minio, credentials, bucket }: RemovalScope, { versionId }: ObjectName) {
  if (versionId !== 'null') return false
  const { state, excepts } = await readVersioning(minio, credentials, bucket)
  return state !== 'on' || excepts
}

const REPLACEABLE =
  'Has no version id, and versioning is not on for all of the bucket: a new write could take its place, and be removed instead'

interface Known {
  readonly name: ObjectName
  readonly facts: ObjectFacts
}

/** The newer version that has the same bytes, or why there is none. */
async function findCopy(
  scope: RemovalScope,
  name: ObjectName,
  plain: ObjectFacts,
  { alike, hasSealed }: Candidate,
): Promise<Known | string> {
  if (!hasSealed) return 'No newer version of it is encrypted'
  const { minio, signal } = scope
  const hash = (of: ObjectName, facts: ObjectFacts) => hashObject(minio, () => scope.credentials, of, facts, signal)
  let reason = 'Its bytes are those of no newer encrypted version: it is history of its own'
  let missing: string | null = null
  let own: string | undefined
  for (const version of alike) {
    const other = nameOf(scope, version)
    const facts = await readFacts(minio, scope.credentials, other)
    if (facts.sizeBytes !== plain.sizeBytes || facts.seal.mode === 'none') continue
    own ??= await hash(name, plain)
    if ((await hash(other, facts)) !== own) continue
    const differing = unlikeIn(plain, facts)
    if (differing.length > 0) reason = `A newer encrypted version has its bytes, but not its ${differing.join(', ')}`
    else {
      const why = mayMissElsewhere(scope, plain, facts)
      if (why === null) return { name: other, facts }
      missing ??= why
    }
  }
  return missing ?? reason
}

/**
 * Removals go to every target that the rules name now, whatever became of the version itself (minio cmd/bucket-replication.go,
 * `checkReplicateDelete`): also to one that refused the encrypted copy, waits for it, or never was a target of the site it came
 * from. Nothing of the object would be left there.
 */
function mayMissElsewhere(
  { replicated }: RemovalScope,
  { replication: plain }: ObjectFacts,
  { replication: copy }: ObjectFacts,
): string | null {
  if (copy === 'PENDING' || copy === 'FAILED') return NOT_REPLICATED
  if (replicated === false || copy === 'COMPLETED') return null
  if (copy === 'REPLICA') return FROM_ELSEWHERE
  return plain === null ? null : NOT_REPLICATED
}

const NOT_REPLICATED =
  'The encrypted version has not reached the replication target: with the plain one removed there too, nothing would be left'
const FROM_ELSEWHERE = 'The encrypted version came from another site: remove the plain ones where it was written'

/** The lock is not compared: a copy may be held longer, or its older version may have been freed. */
const unlikeIn = (plain: ObjectFacts, copy: ObjectFacts) =>
  differences({ ...plain, retention: null, legalHold: null }, { ...copy, retention: null, legalHold: null })

async function remove(scope: RemovalScope, name: ObjectName, copy: Known) {
  const { minio, credentials } = scope
  await scope.requireHeld()
  scope.signal.throwIfAborted()
  // Somebody may have deleted the copy while the bytes were read.
  const { seal, etag } = await readFacts(minio, credentials, copy.name)
  if (seal.mode === 'none' || etag !== copy.facts.etag)
    throw new AppError('upstream-failed', 'The encrypted version is not the one any more that was compared.')
  if (await mayBeReplaced(scope, name)) throw new AppError('upstream-failed', `${REPLACEABLE}.`)
  try {
    await deleteObject(minio, credentials, name)
  } catch (error) {
    if (minioErrorIn(error)?.code !== 'InvalidRequest') throw error
    throw new AppError('not-allowed', 'MinIO refused: the version is locked.', { cause: error })
  }
}

const nameOf = ({ bucket }: RemovalScope, { key, versionId }: ListedVersion): ObjectName => ({ bucket, key, versionId })
