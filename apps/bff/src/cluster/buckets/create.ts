import { AppError } from '../../errors.ts'
import {
  type BucketEncryption,
  createBucket,
  deleteEmptyBucket,
  setBucketEncryption,
  switchVersioningOn,
} from '../../minio/buckets.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'

export interface BucketOrder {
  readonly name: string
  /** Null: none. */
  readonly encryption: BucketEncryption | null
  readonly versioning: boolean
  /** Brings versioning. */
  readonly locking: boolean
}

/**
 * Makes a bucket that encrypts from its first object on. Where that, or versioning, can't be had, the bucket that was just
 * made is removed again, empty as it is; nothing is ever removed that was there before.
 *
 * @param recorded runs what sets a bucket that was made up, and writes it down; whoever may make none writes nothing
 * @throws AppError `already-exists`; what kept it from being made as wanted, with what is left
 */
export async function createEncryptingBucket(
  minio: Minio,
  credentials: Credentials,
  order: BucketOrder,
  recorded: (setUp: () => Promise<void>) => Promise<void> = (setUp) => setUp(),
) {
  const { name, encryption, versioning, locking } = order
  await createBucket(minio, credentials, name, { locking }).catch(perhapsMade)
  try {
    await recorded(async () => {
      if (encryption !== null) await setBucketEncryption(minio, credentials, name, encryption)
      if (versioning && !locking) await switchVersioningOn(minio, credentials, name)
    })
  } catch (error) {
    const left = await deleteEmptyBucket(minio, credentials, name).then(
      () => 'No bucket was left.',
      (why: unknown) => remains(order, why),
    )
    throw withWhatIsLeft(error, left)
  }
}

/** @throws always */
function perhapsMade(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'upstream-unreachable') throw error
  throw withWhatIsLeft(
    error,
    'The bucket may have been made all the same, without encryption: look before you try again.',
  )
}

function remains({ locking }: BucketOrder, why: unknown): string {
  const reason = why instanceof AppError ? why.detail : 'The console failed; see its log.'
  return `The bucket was made${locking ? ' with object lock' : ''} and could not be removed again: ${reason} It is still there and may lack its encryption or versioning: set them, or remove it.`
}

function withWhatIsLeft(error: unknown, left: string): unknown {
  if (!(error instanceof AppError)) return error
  return new AppError(error.code, `${error.detail} ${left}`, { cause: error.cause, fields: error.fields })
}
