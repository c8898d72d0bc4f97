import type { BucketAct, BucketResult } from '@strongroom/shared/bucket-runs'
import { type HouseRule, houseStanding, keyFor } from '@strongroom/shared/house-policy'
import { KeyName } from '@strongroom/shared/keys'
import { AppError } from '../../errors.ts'
import { clearBucketEncryption, getBucketEncryption, setBucketEncryption } from '../../minio/buckets.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { type Configured, failed, type Outcome, outcome, same } from './run-outcome.ts'

export type EncryptionAct = Exclude<BucketAct, { kind: 'probe' }>

/** What an act on the encryption of buckets is done with. */
export interface EncryptionGround {
  readonly act: EncryptionAct
  /** The rules of the house when the run began. */
  readonly rules: readonly HouseRule[]
  /** Makes a key that is not there; null: it is not to be made. @throws AppError, why it could not be */
  readonly ensureKey: ((name: KeyName) => Promise<void>) | null
}

/**
 * Brings one bucket to what the act wants, looking at it as it is now.
 *
 * @throws AppError where MinIO is away or the credentials have ended; every other failure is an outcome
 */
export async function encryptBucket(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  ground: EncryptionGround,
): Promise<Outcome> {
  let before: Configured | null = null
  try {
    before = await configurationOf(minio, credentials, bucket)
    const wanted = wantedOf(bucket, before, ground)
    if (wanted === null)
      return outcome('left', { before, after: before, reason: 'No rule of the house is for this bucket.' })
    if (same(before, wanted)) return outcome('already', { before, after: before })
    await bring(minio, credentials, bucket, { wanted, ensureKey: ground.ensureKey })
    return outcome('changed', { before, after: wanted })
  } catch (error) {
    return failed(error, before)
  }
}

/**
 * Looks again at a bucket that a run has changed: `already` where MinIO has kept it, `changed` where it went back to what it was
 * before and was set once more, `failed` where somebody else has set something different.
 *
 * @throws AppError as {@link encryptBucket}
 */
export async function confirmBucket(
  minio: Minio,
  credentials: Credentials,
  { bucket, before, after }: BucketResult,
): Promise<Outcome> {
  try {
    const now = await configurationOf(minio, credentials, bucket)
    if (after === null || same(now, after)) return outcome('already', { after: now })
    if (before === null || !same(now, before)) return outcome('failed', { after: now, reason: CHANGED_MEANWHILE })
    await bring(minio, credentials, bucket, { wanted: after, ensureKey: null })
    return outcome('changed', { after })
  } catch (error) {
    return failed(error)
  }
}

const CHANGED_MEANWHILE = 'It was set, and somebody else has set something different since.'

async function configurationOf(minio: Minio, credentials: Credentials, bucket: string): Promise<Configured> {
  return (await getBucketEncryption(minio, credentials, bucket)) ?? { mode: 'none' }
}

/** The keys that an act may need, each once. */
export function keysNamed(buckets: readonly string[], ground: Pick<EncryptionGround, 'act' | 'rules'>): KeyName[] {
  const names = new Set(buckets.map((bucket) => wantedOf(bucket, { mode: 'none' }, ground)?.key))
  return [...names].flatMap((name) => KeyName.safeParse(name).data ?? [])
}

/** Null: no rule of the house fits. */
function wantedOf(
  bucket: string,
  now: Configured,
  { act, rules }: Pick<EncryptionGround, 'act' | 'rules'>,
): Configured | null {
  if (act.kind === 'clear') return { mode: 'none' }
  if (act.kind === 'set') return { mode: act.mode, ...(act.key !== undefined && { key: keyFor(act.key, bucket) }) }
  const standing = houseStanding(rules, bucket, now)
  return standing && { mode: standing.mode, ...(standing.key !== undefined && { key: standing.key }) }
}

async function bring(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  { wanted, ensureKey }: Pick<EncryptionGround, 'ensureKey'> & { readonly wanted: Configured },
) {
  if (wanted.mode === 'none') return clearBucketEncryption(minio, credentials, bucket)
  if (wanted.mode === 'sse-s3') return setBucketEncryption(minio, credentials, bucket, { mode: 'sse-s3' })
  const key = keyNamed(wanted.key)
  // MinIO tries the key: that is how a missing one is found, also where it runs on another KMS than the console knows.
  const set = () => setBucketEncryption(minio, credentials, bucket, { mode: 'sse-kms', key })
  try {
    await set()
  } catch (error) {
    if (!lacksKey(error)) throw error
    if (ensureKey === null)
      throw missing(`The KMS of MinIO has no key ${key}. Make it first, or let missing keys be made.`)
    await ensureKey(key)
    await set().catch((again: unknown) => {
      throw lacksKey(again) ? missing(`KES has the key ${key}, but MinIO’s KMS does not: it is another one.`) : again
    })
  }
}

const lacksKey = (error: unknown) => minioErrorIn(error)?.code === 'kms:KeyNotFound'
const missing = (detail: string) => new AppError('not-found', detail)

function keyNamed(name = ''): KeyName {
  const key = KeyName.safeParse(name)
  if (key.success) return key.data
  throw new AppError(
    'invalid-input',
    `No key can be called “${name}”: 1 to 80 letters, digits, - or _; no - at the start or the end.`,
  )
}
