import { createHash } from 'node:crypto'
import type { IamItem } from '@strongroom/shared/iam'
import { bucketTargets } from '../crypto/bucket-targets.ts'
import { classify } from '../crypto/classify.ts'
import { FormatError } from '../crypto/failures.ts'
import { objectSeal, type SealedObjectKey, sealedObjectKey } from '../crypto/object-key.ts'
import type { Seal } from '../crypto/seal.ts'
import { identify } from './item-kind.ts'
import { TIER_CONFIG } from './item-opener.ts'
import type { StoredItem } from './item-source.ts'
import { movability } from './movable.ts'
import { isUnloadable, UNLOADABLE } from './unloadable-policy.ts'

/** An item that was looked at, and what of its bytes is sealed or in clear. */
export interface LookedAt {
  readonly item: IamItem
  /** Views of the stored bytes; undefined where they can't be read. */
  readonly content: Uint8Array | undefined
  /** Set where the content is sealed as an object is. */
  readonly sealed?: SealedObjectKey | undefined
}

/**
 * Says what an item is and what seals it, by what its bytes say of themselves.
 *
 * @returns undefined for a bucket without remote targets: its metadata holds no secret
 */
export function lookAt(stored: StoredItem, ownAccessKeys: ReadonlySet<string>): LookedAt | undefined {
  const part = sealedPart(stored)
  if (part === undefined) return undefined
  const identity = identify(stored.path)
  const { content, seal, sealed, trouble } = part
  const { movable, note } = movability(identity, seal.state, { oldForm: sealed?.oldForm ?? false })
  const { older = 0 } = stored
  const unloadable = identity.kind === 'policy' && seal.state === 'plaintext' && isUnloadable(content!)
  const told = withStale(trouble ?? (unloadable ? UNLOADABLE : note), older)
  const item: IamItem = {
    path: stored.path,
    ...identity,
    state: seal.state,
    ...(seal.key !== undefined && { key: seal.key }),
    movable,
    ...(told !== undefined && { note: told }),
    ...(unloadable && { unloadable }),
    ...(identity.kind === 'sts' && { own: ownAccessKeys.has(identity.name) }),
    ...(content && seal.state !== 'plaintext' && { sha256: createHash('sha256').update(content).digest('hex') }),
    sizeBytes: content?.length ?? 0,
    copies: stored.copies,
    drives: stored.drives ?? 0,
    ...(older > 0 && { stale: older }),
  }
  return { item, content, sealed }
}

/**
 * What is said of an item, and that older copies of it lie on some drives: a rewrite that sealed it better did not reach
 * those, so they may hold it in plaintext still.
 */
export function withStale(note: string | undefined, stale: number | undefined): string | undefined {
  if (!stale) return note
  const hold = stale === 1 ? '1 drive holds' : `${stale} drives hold`
  const told = `${hold} an older copy of it: what sealed it then may still lie there; heal it (“mc admin heal”).`
  return note === undefined ? told : `${note.replace(/\.$/, '')}. ${told}`
}

interface SealedPart {
  readonly content: Uint8Array | undefined
  readonly seal: Seal
  readonly sealed?: SealedObjectKey | undefined
  readonly trouble?: string | undefined
}

const UNREADABLE: Seal = { state: 'unreadable' }

/** All of an item, but of a bucket's metadata the remote targets alone. */
function sealedPart({ path, bytes, metaSys, trouble }: StoredItem): SealedPart | undefined {
  if (bytes === undefined) return { content: undefined, seal: UNREADABLE, trouble }
  if (path.startsWith('buckets/')) return targetsPart(bytes)
  if (path === TIER_CONFIG) return { content: bytes, seal: objectSeal(metaSys), sealed: sealedObjectKey(metaSys) }
  return { content: bytes, seal: classify(path, bytes) }
}

function targetsPart(metadata: Uint8Array): SealedPart | undefined {
  try {
    const targets = bucketTargets(metadata)
    return targets.state === 'none' ? undefined : { content: targets.bytes, seal: targets.seal, sealed: targets.sealed }
  } catch (error) {
    if (error instanceof FormatError) return { content: undefined, seal: UNREADABLE, trouble: error.message }
    throw error
  }
}
