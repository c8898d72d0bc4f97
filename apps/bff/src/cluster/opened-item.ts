import type { IamItem } from '@strongroom/shared/iam'
import * as z from 'zod/mini'
import { toText } from '../crypto/bytes.ts'
import { parseJson } from '../crypto/canonical-json.ts'
import { ForgeryError } from '../crypto/failures.ts'
import { AppError } from '../errors.ts'
import { saidKes } from '../kes/answer.ts'
import { type LookedAt, withStale } from './audit-item.ts'
import { inParallel } from './in-parallel.ts'
import { type ItemKeys, openItem, openSealedObject } from './item-opener.ts'
import { isUnloadable, UNLOADABLE } from './unloadable-policy.ts'

/** With what an audit opens items, and for whom. */
export interface AuditKeys extends ItemKeys {
  /** Whether this KMS key may be used for the caller. Absent where the caller brought the keys: all of them then. */
  readonly mayUseKey?: (name: string) => Promise<boolean>
}

/** KES takes many requests at once; root credentials have a limit of their own, see native/argon2id.ts. */
const AT_ONCE = 8

/**
 * Opens items with what the console has, and adds what came of it. Content is looked at and wiped at once.
 *
 * @throws AppError where KES can't be asked: that it did not answer says nothing of an item
 */
export async function openAll(
  looked: readonly LookedAt[],
  keys: AuditKeys | null,
  volume: string,
  signal: AbortSignal | undefined,
): Promise<IamItem[]> {
  const found = new Map<LookedAt, IamItem>()
  await inParallel(looked, AT_ONCE, async (each) => {
    signal?.throwIfAborted()
    found.set(each, await opened(each, keys, volume))
  })
  return looked.map((each) => found.get(each)!)
}

async function opened(looked: LookedAt, keys: AuditKeys | null, volume: string): Promise<IamItem> {
  const { item } = looked
  if (item.state === 'unreadable') return item
  let content: Uint8Array | undefined
  try {
    content = await openContent(looked, keys, volume)
    if (content === undefined) return { ...item, opened: 'no-key' }
    return { ...item, opened: 'opened', ...life(item, content), ...loading(item, content) }
  } catch (error) {
    if (error instanceof ForgeryError) return { ...item, opened: 'failed', note: withStale(failure(item), item.stale)! }
    if (saidKes(error, 'notAllowed') || isNoKesName(error)) return { ...item, opened: 'no-key' }
    throw error
  } finally {
    content?.fill(0)
  }
}

async function openContent({ item, content, sealed }: LookedAt, keys: AuditKeys | null, volume: string) {
  const bytes = content!
  if (item.state === 'plaintext') return bytes.slice()
  if (keys === null) return undefined
  if (item.state === 'kms' && !(await mayUse(keys, sealed?.keyName ?? item.key))) return undefined
  if (item.kind === 'bucket-targets')
    return sealed && openSealedObject(keys, { of: 'bucket-targets', bucket: item.name, sealed, bytes })
  if (item.kind === 'tier-config') return sealed && openSealedObject(keys, { of: 'tier-config', volume, sealed, bytes })
  return openItem(keys, item.path, item.state, bytes, volume)
}

/** Without a name MinIO would be asked of its default key, which says nothing of this one. */
const mayUse = async ({ mayUseKey }: AuditKeys, name = '') =>
  mayUseKey === undefined || (name !== '' && (await mayUseKey(name)))

/** A static key may have a name that KES takes for none: then KES has no such key. */
const isNoKesName = (error: unknown) => error instanceof AppError && error.code === 'invalid-input'

const failure = ({ state, key }: IamItem) =>
  state === 'root-credentials'
    ? 'The root credentials that the console knows do not open it: it was sealed under others, or its bytes were altered. MinIO can’t read it either where it runs on the same.'
    : `Key ${key ?? ''} is at hand and does not open it: other material of the same name sealed it, or it was altered or copied here from another path. MinIO can’t read it either.`

const Identity = z.object({
  credentials: z.object({ expiration: z.optional(z.string()), parentUser: z.optional(z.string()) }),
})

/** Go writes these for "never". */
const NEVER = /^(0001|1970)-01-01T00:00:00/

function loading({ kind, stale }: IamItem, content: Uint8Array): Pick<IamItem, 'unloadable' | 'note'> {
  if (kind !== 'policy' || !isUnloadable(content)) return {}
  return { unloadable: true, note: withStale(UNLOADABLE, stale)! }
}

/** When a credential ends and whose it is, which its content says. */
function life({ kind }: IamItem, content: Uint8Array): Pick<IamItem, 'expiresAt' | 'parent'> {
  if (kind !== 'sts' && kind !== 'service-account') return {}
  const { data } = Identity.safeParse(toText(content) === undefined ? undefined : parseJson(content))
  if (data === undefined) return {}
  const { expiration = '', parentUser } = data.credentials
  const ends = new Date(expiration)
  return {
    ...(!Number.isNaN(ends.getTime()) && !NEVER.test(expiration) && { expiresAt: ends.toISOString() }),
    ...(parentUser && { parent: parentUser }),
  }
}
