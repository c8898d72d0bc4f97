import type { BucketTrait } from '@strongroom/shared/object-encryption'
import { AppError } from '../../errors.ts'
import { isReplicated, type ObjectLock, readObjectLock } from '../../minio/bucket-lock.ts'
import {
  type LifecycleRule,
  readLifecycle,
  readNotifiedEvents,
  readVersioning,
  type Versioning,
} from '../../minio/bucket-settings.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import type { BucketFacts } from './encrypt-object.ts'

/** What MinIO told of a bucket; undefined, each of them: it refused. */
export interface BucketNature {
  readonly versioning: Versioning | undefined
  readonly lock: ObjectLock | null | undefined
  readonly replicated: boolean | undefined
  readonly rules: readonly LifecycleRule[] | undefined
  readonly events: readonly string[] | undefined
}

export interface TraitOfBucket {
  readonly trait: BucketTrait
  readonly holds: boolean | null
  readonly consequence: string
  readonly asks: boolean
}

/**
 * Asks what writing objects anew, encrypted, would mean in a bucket. What the caller may not see is left open.
 *
 * @throws AppError for what is no refusal: `not-found`, `upstream-unreachable`
 */
export async function readNature(minio: Minio, credentials: Credentials, bucket: string): Promise<BucketNature> {
  const ask = <T>(read: (minio: Minio, credentials: Credentials, bucket: string) => Promise<T>) =>
    read(minio, credentials, bucket).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'not-allowed') return undefined
      throw error
    })
  const [versioning, lock, replicated, rules, events] = await Promise.all([
    ask(readVersioning),
    ask(readObjectLock),
    ask(isReplicated),
    ask(readLifecycle),
    ask(readNotifiedEvents),
  ])
  return { versioning, lock, replicated, rules, events }
}

/** What the copying has to know of it. */
export const factsOf = ({ versioning, lock }: BucketNature): BucketFacts => ({
  keepsVersions: versioning === undefined || versioning.state === 'on',
  mayReplace: versioning === undefined || versioning.state === 'suspended' || versioning.excepts,
  locked: lock === undefined ? null : lock !== null,
})

export function traitsOf(nature: BucketNature): TraitOfBucket[] {
  const { versioning, lock, replicated, rules, events } = nature
  const tiers = rules?.flatMap(({ tier }) => tier ?? [])
  const expiring = rules?.filter(({ expires }) => expires)
  const created = events?.filter((event) => event.startsWith('s3:ObjectCreated:'))
  return [
    wanted('versioned', versioning && versioning.state !== 'off', versionedWords(nature)),
    wanted('locked', lock === undefined ? undefined : lock !== null, lockedWords(lock)),
    wanted('replicated', replicated, REPLICATED),
    wanted('notified', created && created.length > 0, notifiedWords(created)),
    wanted('lifecycle', expiring && expiring.length > 0, lifecycleWords(expiring)),
    {
      trait: 'tiered',
      holds: tiers === undefined ? null : tiers.length > 0,
      consequence: `Objects that lie in a tier${tiers?.length ? ` (${[...new Set(tiers)].join(', ')})` : ''} are left as they are unless you accept this: copying pulls them back whole, with what the tier asks for reading, and the lifecycle rules move them out again later. Each is known by its storage class as it is listed.`,
      asks: false,
    },
    {
      trait: 'multipart',
      holds: null,
      consequence:
        'It shows object by object. Kept: each part is copied by itself, so parts and, with SSE-S3, the ETag stay. Joined: they become one part, and the ETag changes. Extra checksums of objects of several parts are not carried over.',
      asks: false,
    },
  ]
}

const wanted = (trait: BucketTrait, holds: boolean | undefined, consequence: string): TraitOfBucket => ({
  trait,
  holds: holds ?? null,
  consequence:
    holds === undefined ? `Can’t be told: the account may not see it. If it is so: ${consequence}` : consequence,
  asks: holds !== false,
})

function versionedWords({ versioning, rules }: BucketNature): string {
  if (versioning?.state === 'suspended')
    return 'Versioning is suspended: a copy of a version with an id goes on top, and the plain one stays below it. Where it would replace an older version without an id, the object is left as it is.'
  const older = rules?.find(({ olderExpiryDays }) => olderExpiryDays !== null)
  const limit = rules?.find(({ olderKept }) => olderKept !== null)
  const until = older
    ? ` The lifecycle rule ${nameOf(older)} removes older versions after ${daysWords(older.olderExpiryDays!)}.`
    : ''
  const stays = older || limit ? '' : ' It stays until somebody removes it: that is a job of its own.'
  const pushedOut = limit
    ? ` The lifecycle rule ${nameOf(limit)} keeps no more than ${limit.olderKept} older versions of an object: the copy counts as one more, and MinIO deletes the oldest ones beyond that for good.`
    : ''
  return `Each copy is a new version on top. The plain version stays below it and can still be read by its version id, and the space doubles until it is gone.${until}${pushedOut}${stays}`
}

/** Source: minio cmd/bucket-replication.go, `putReplicationOpts`; tried with a target that has another key. */
const REPLICATED =
  'Each copy is a new object: it goes to the replication targets again, sealed in the same mode. A target without a KMS refuses it, and one whose KMS has no key of the same name refuses what is sealed by SSE-KMS: the target keeps the plain object then, and mc replicate status tells. This run does not wait for the targets.'

function lockedWords(lock: ObjectLock | null | undefined): string {
  const byDefault = lock?.retention
    ? ` An object without a retention gets the bucket’s own with the new version: ${lock.retention.mode.toLowerCase()}, ${daysWords(lock.retention.days)} from now.`
    : ''
  return `The new version gets the same retention and legal hold as the one before it. The plain version keeps its own, and can’t be removed until they end.${byDefault}`
}

const notifiedWords = (created: readonly string[] | undefined) =>
  `Each copy is told as a newly created object${created?.length ? ` (${[...new Set(created)].join(', ')})` : ''}: whoever listens works through all of them again.`

function lifecycleWords(rules: readonly LifecycleRule[] | undefined): string {
  const days = rules?.find(({ expiryDays }) => expiryDays !== null)
  const example = days
    ? ` The rule ${nameOf(days)} deletes ${daysWords(days.expiryDays!)} after writing: what is encrypted today stays until ${dayAhead(days.expiryDays!)}.`
    : ''
  return `Expiry counts from the time of writing, which becomes now: objects are deleted later than they would have been, maybe later than the law demands.${example}`
}

const nameOf = ({ id, prefix }: LifecycleRule) => (id === '' ? `for “${prefix}”` : id)
const daysWords = (days: number) => (days === 1 ? 'one day' : `${days} days`)
const dayAhead = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

/** What is so in any bucket. */
export const ALWAYS: readonly string[] = [
  'Last-Modified of each object becomes the time of the copy.',
  'From then on each read needs the KMS: while KES is away, clients get errors for these objects. MinIO asks for no further permission than s3:GetObject.',
  'With SSE-KMS the ETag is no MD5 of the content any more: sync tools that compare it (rclone, backup catalogues) upload or fetch everything again. With SSE-S3 it stays, but for the next line.',
  'Objects of one piece above 64 MiB are written as an upload of one part: their ETag ends in -1 afterwards.',
  'A write of somebody else meanwhile wins: nothing is written over it, and the object is taken up again. Tags and metadata that somebody changes in the very moment of it, without writing the object anew, may be lost.',
  'Objects under a client’s own key (SSE-C) can’t be opened, and are left as they are.',
]

/** @throws AppError `conflict` that names what was not accepted */
export function requireAccepted(traits: readonly TraitOfBucket[], accepted: readonly BucketTrait[]) {
  const open = traits.filter(({ trait, asks }) => asks && !accepted.includes(trait)).map(({ trait }) => trait)
  if (open.length === 0) return
  throw new AppError(
    'conflict',
    `Encrypting the objects of this bucket means more than it seems, and was not accepted: ${open.join(', ')}. Read the plan, and accept each.`,
    { fields: [{ pointer: '/accepted', detail: `Not accepted: ${open.join(', ')}` }] },
  )
}
