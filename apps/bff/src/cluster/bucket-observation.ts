import type { ProbeSummary } from '@strongroom/shared/bucket-probes'
import type { Bucket } from '@strongroom/shared/buckets'
import type { CoverageSummary } from '@strongroom/shared/coverage'
import { type HouseRule, houseStanding } from '@strongroom/shared/house-policy'
import { AppError } from '../errors.ts'
import { type BucketTraits, NO_TRAITS, readBucketTraits, readTraitsOf } from '../minio/bucket-traits.ts'
import { getBucketEncryption, type ListedBucket, listBuckets } from '../minio/buckets.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import { type EncryptionDefaults, effectiveEncryption } from './effective-encryption.ts'

/** One keep-alive client at this concurrency reads 1,000 buckets in about a quarter of a second. */
const AT_ONCE = 32

/** Those that were just made; of more than that MinIO tells in a moment. */
const ASKED_ALONE = 16

/** What is known of buckets besides what MinIO tells of each. */
export interface BucketGround {
  readonly defaults: EncryptionDefaults
  /** The rules of the house. */
  readonly house?: readonly HouseRule[]
  readonly proofOf?: (bucket: string) => ProbeSummary | null
  readonly coverageOf?: (bucket: string) => CoverageSummary | null
}

export interface BucketPage {
  /** Only those behind this name. */
  readonly after?: string | undefined
  /** All of them unless given. */
  readonly limit?: number | undefined
}

/** All buckets by name; one that can't be read says why and hides no other. */
export const observeBuckets = async (minio: Minio, credentials: Credentials, ground: BucketGround): Promise<Bucket[]> =>
  (await observePage(minio, credentials, ground, {})).buckets

/**
 * Some of the buckets, by name; no other is asked for its encryption.
 *
 * @returns `total`, how many MinIO shows to the caller; `next`, the `after` of the next page
 */
export async function observePage(
  minio: Minio,
  credentials: Credentials,
  ground: BucketGround,
  { after = '', limit = Number.POSITIVE_INFINITY }: BucketPage,
): Promise<{ buckets: Bucket[]; total: number; next?: string }> {
  const told = readBucketTraits(minio, credentials).catch(unlessOver)
  told.catch(() => undefined) // it is awaited below
  const listed = await listBuckets(minio, credentials)
  const behind = listed.filter(({ name }) => name > after).sort((one, other) => (one.name < other.name ? -1 : 1))
  const page = behind.slice(0, limit)
  const seen = await readAll(minio, credentials, page)
  const traits = await withNew(minio, credentials, page, await told)
  const buckets = page.map((bucket, at) => described(bucket, seen[at]!, ground, traits.get(bucket.name)))
  return { buckets, total: listed.length, ...(behind.length > page.length && { next: page.at(-1)!.name }) }
}

/** @throws AppError `not-found`: there is no such bucket */
export async function observeBucket(
  minio: Minio,
  credentials: Credentials,
  name: string,
  ground: BucketGround,
): Promise<Bucket> {
  const [seen, listed, told] = await Promise.all([
    readOne(minio, credentials, name),
    listBuckets(minio, credentials).catch(unlessOver),
    readBucketTraits(minio, credentials).catch(unlessOver),
  ])
  if ('trouble' in seen && seen.trouble.code === 'not-found') throw seen.trouble
  const createdAt = listed?.find((bucket) => bucket.name === name)?.createdAt ?? null
  const traits = await withNew(minio, credentials, [{ name }], told)
  return described({ name, createdAt }, seen, ground, traits.get(name))
}

/** What was read of one bucket. */
type Seen = { readonly encryption: NonNullable<Bucket['encryption']> } | { readonly trouble: AppError }

async function readAll(minio: Minio, credentials: Credentials, page: readonly ListedBucket[]): Promise<Seen[]> {
  const seen = new Array<Seen>(page.length)
  let next = 0
  /** When MinIO goes away in the middle, nobody waits for the time-out of each of the others. */
  let unreached = 0
  let away: Seen | null = null
  const worker = async () => {
    while (next < page.length) {
      const index = next++
      const one: Seen = away ?? (await readOne(minio, credentials, page[index]!.name))
      unreached = 'trouble' in one && one.trouble.code === 'upstream-unreachable' ? unreached + 1 : 0
      if (unreached >= AT_ONCE) away = one
      seen[index] = one
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, page.length) }, worker))
  return seen
}

/** @throws AppError `session-expired` */
async function readOne(minio: Minio, credentials: Credentials, bucket: string): Promise<Seen> {
  try {
    return { encryption: (await getBucketEncryption(minio, credentials, bucket)) ?? { mode: 'none' } }
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'session-expired') throw error
    return { trouble: error }
  }
}

function described(
  { name, createdAt }: ListedBucket,
  seen: Seen,
  { defaults, house = [], proofOf, coverageOf }: BucketGround,
  traits: BucketTraits = NO_TRAITS,
): Bucket {
  const encryption = 'encryption' in seen ? seen.encryption : null
  return {
    name,
    createdAt,
    encryption,
    effective: encryption && effectiveEncryption(encryption, defaults),
    trouble: 'trouble' in seen ? seen.trouble.detail : null,
    ...traits,
    house: houseStanding(house, name, encryption),
    // What others found is not for whoever may not know how the bucket encrypts.
    proof: encryption && since(createdAt, proofOf?.(name) ?? null, ({ at }) => at),
    coverage: encryption && since(createdAt, coverageOf?.(name) ?? null, ({ takenAt }) => takenAt),
  }
}

/** What was found in a bucket of the same name that is gone says nothing of this one. */
const since = <Found>(createdAt: string | null, found: Found | null, at: (found: Found) => string | null) =>
  found !== null && createdAt !== null && (at(found) ?? createdAt) < createdAt ? null : found

type TraitsByName = ReadonlyMap<string, BucketTraits>

/** With those that MinIO has not in its memory yet. */
async function withNew(
  minio: Minio,
  credentials: Credentials,
  page: readonly Pick<ListedBucket, 'name'>[],
  told: TraitsByName | null,
): Promise<TraitsByName> {
  if (told === null) return new Map()
  const missing = page.filter(({ name }) => !told.has(name)).slice(0, ASKED_ALONE)
  const found = await Promise.all(
    missing.map(async ({ name }) => [name, await readTraitsOf(minio, credentials, name)] as const),
  )
  return new Map([...told, ...found])
}

/** Whether versions are kept is a column of the table; what keeps MinIO from telling it takes away no more than that. */
function unlessOver(error: unknown): null {
  if (!(error instanceof AppError) || error.code === 'session-expired') throw error
  return null
}
