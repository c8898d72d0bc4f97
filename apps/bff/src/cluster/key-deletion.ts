import type { KeyDeletion } from '@strongroom/shared/key-deletion'
import type { KeyName } from '@strongroom/shared/keys'
import { AppError } from '../errors.ts'
import { deleteKey } from '../kes/delete-key.ts'
import { describeKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import { type DeletionGround, judgeDeletion } from './deletion-judgement.ts'
import type { KeyDeletions } from './key-deletions.ts'
import { seeKeyUsage, type UsageScope } from './key-usage.ts'
import { tryByMinio } from './rehearsal.ts'

export interface DeletionScope extends Omit<UsageScope, 'statement'> {
  readonly name: KeyName
  readonly kes: Kes
  readonly deletions: KeyDeletions
  /** Whether the console was given a KES identity for deletion. */
  readonly deletionIdentity: boolean
}

/**
 * How far the deletion of a key has come, looked at anew.
 *
 * @throws AppError `not-found` for a key that KES does not have, unless it is marked; what {@link seeKeyUsage} throws
 */
export const seeDeletion = async (scope: DeletionScope): Promise<KeyDeletion> => judgeDeletion(await look(scope))

async function look(scope: DeletionScope): Promise<DeletionGround> {
  const { name, kes, deletions, reader, kms, deletionIdentity } = scope
  await deletions.refresh()
  const marked = deletions.find(name)
  const key = await describeKey(kes, name).catch((error: unknown) => {
    if (marked !== null && error instanceof AppError && error.code === 'not-found') return null
    throw error
  })
  const [seen, refused] = await Promise.all([
    seeKeyUsage({ ...scope, statement: marked?.otherClusters ?? null }),
    tryByMinio(reader.minio, reader.credentials, name),
  ])
  return { name, marked, key, seen, refused, kms, deletionIdentity, now: deletions.now() }
}

/** What a person says when a key is marked. */
export interface Mark {
  readonly by: string
  readonly waitDays: number
  /** Of other clusters on the same KES. */
  readonly statement: string
}

/** @throws AppError `unsafe-now` where anything is known to need the key, `conflict` when it is marked, `not-found` */
export async function markForDeletion(scope: DeletionScope, mark: Mark): Promise<KeyDeletion> {
  const ground = await look(scope)
  requireNext(judgeDeletion(ground), 'mark')
  const { name, deletions } = scope
  await deletions.mark({ name, keyCreatedAt: ground.key?.createdAt ?? null, ...mark })
  return seeDeletion(scope)
}

/** @throws AppError `unsafe-now` where anything is in the way, `conflict` for a key that is not marked */
export async function quarantineMarked(scope: DeletionScope, by: string): Promise<KeyDeletion> {
  const ground = await look(scope)
  requireNext(judgeDeletion(ground), 'quarantine')
  if (ground.marked === null) throw wrongStage('quarantine')
  return judgeDeletion({ ...ground, marked: await scope.deletions.quarantine(ground.marked, by) })
}

/**
 * The one act that can't be undone: everything is looked at once more, then KES deletes the key.
 *
 * @param open KES under the identity for deletion; closed here
 * @returns the identity that it was deleted under
 * @throws AppError `unsafe-now` where anything is in the way, `conflict` for a key that is not in quarantine,
 *   `kes-not-configured` without the identity
 */
export async function deleteMarked(scope: DeletionScope, open: () => Promise<Kes>): Promise<Pick<Kes, 'identity'>> {
  const { name, deletions } = scope
  requireNext(await seeDeletion(scope), 'delete')
  const kes = await open()
  const { identity } = kes
  try {
    await deleteKey(kes, name)
  } finally {
    await kes.close()
  }
  await deletions.forget(name)
  return { identity }
}

function requireNext({ next, blockers }: KeyDeletion, wanted: NonNullable<KeyDeletion['next']>): void {
  if (next !== wanted) throw wrongStage(wanted)
  if (blockers.length > 0) throw new AppError('unsafe-now', `${REFUSED[wanted]} ${blockers.join(' ')}`)
}

const REFUSED = {
  mark: 'The key is needed, so it was not marked.',
  quarantine: 'The key was not taken into quarantine.',
  delete: 'The key was not deleted.',
} as const

const wrongStage = (wanted: keyof typeof WRONG_STAGE) => new AppError('conflict', WRONG_STAGE[wanted])

const WRONG_STAGE = {
  mark: 'The key is marked already. To begin anew, undo that first.',
  quarantine:
    'Only a marked key is taken into quarantine, and only once: mark it first; there it stays until it is deleted, or the mark undone.',
  delete: 'Only a key in quarantine can be deleted: mark it, and take it into quarantine after the waiting time.',
} as const
