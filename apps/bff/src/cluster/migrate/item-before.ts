import type { IamItem, ItemSeal } from '@strongroom/shared/iam'
import { classify } from '../../crypto/classify.ts'
import { ForgeryError, FormatError } from '../../crypto/failures.ts'
import { AppError } from '../../errors.ts'
import { type ItemKeys, openItem } from '../item-opener.ts'
import type { StoredItem } from '../item-source.ts'
import { KmsAway } from '../outage.ts'
import type { Digester, ItemDigest } from './item-digest.ts'
import { type Facts, factsIn } from './item-rewrite.ts'

/** One generation of an item, without its content. */
export interface Generation {
  /** Nanoseconds of MinIO's clock. */
  readonly modTimeNs: bigint
  readonly seal: ItemSeal
  /** Of the content; undefined where the console holds nothing that opens it. */
  readonly content: { readonly digest: ItemDigest; readonly facts: Facts } | undefined
}

export interface Opening {
  readonly keys: ItemKeys
  readonly digester: Digester
  /** KMS items are bound to their path in it. */
  readonly volume: string
}

/**
 * Opens an item as it was read, keeps a digest of what it says, and wipes the rest.
 *
 * @throws AppError `upstream-failed` where no whole generation was read, FormatError where the content is not of its
 *   kind, KmsAway
 */
export async function lookInto(
  { keys, digester, volume }: Opening,
  { kind }: IamItem,
  stored: StoredItem,
): Promise<Generation> {
  const { path, bytes, modTimeNs, trouble } = stored
  if (bytes === undefined || modTimeNs === undefined)
    throw new AppError('upstream-failed', `It can’t be read from the drives: ${trouble}.`)
  const seal = classify(path, bytes)
  const content = await opened(keys, path, { state: seal.state, bytes, volume })
  try {
    return {
      modTimeNs,
      seal,
      content: content && { digest: digester.of(kind, content), facts: factsIn(kind, content) },
    }
  } finally {
    content?.fill(0)
    bytes.fill(0)
  }
}

/** A key that is not at hand, or not the right one, opens nothing; a KES that is away may open it later. */
async function opened(
  keys: ItemKeys,
  path: string,
  { state, bytes, volume }: Pick<ItemSeal, 'state'> & { readonly bytes: Uint8Array; readonly volume: string },
) {
  try {
    return await openItem(keys, path, state, bytes, volume)
  } catch (error) {
    if (error instanceof ForgeryError) return undefined
    if (!(error instanceof AppError)) throw error
    if (error.code === 'not-allowed' || error.code === 'not-found') return undefined
    throw new KmsAway(error.detail, error)
  }
}

/** Whether an item is where the migration brings it. */
export const isUnder = ({ state, key }: ItemSeal, defaultKey: string) => state === 'kms' && key === defaultKey

export const isForm = (error: unknown): error is FormatError => error instanceof FormatError
