import type { KeyName } from '@strongroom/shared/keys'
import { type Trail, underIdentity } from '../custody/trail.ts'
import { AppError } from '../errors.ts'
import { createKey, describeKey, type KesKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import type { Caller } from '../session/caller.ts'
import type { Canaries } from './canaries.ts'
import { type KesLocks, requireCreateKey } from './kes-locks.ts'

/** What a key is made with, on behalf of whoever asks for it. */
export interface KeyMaking {
  readonly locks: KesLocks
  readonly caller: Caller
  readonly requestId: string
  readonly trail: Trail
  /** Under the identity that observes, and under the one that makes keys. @throws AppError `kes-not-configured` */
  readonly kes: (role: 'observe' | 'import') => Kes
  readonly canaries: Pick<Canaries, 'ensure'>
}

/**
 * Has KES make a random key, through the locks and the audit trail, and keeps a canary of it.
 *
 * @param purpose for the trail: `, for buckets that were to use it`
 * @throws AppError `already-exists`, `not-allowed`, `sign-in-again`
 */
export async function makeKey(
  { locks, caller, requestId, trail, kes, canaries }: KeyMaking,
  name: KeyName,
  purpose = '',
): Promise<void> {
  const maker = kes('import')
  const { askMinio } = await requireCreateKey(locks, caller, name)
  const intent = { act: 'create-key', target: name, account: caller.account, requestId } as const
  await trail.recorded(
    intent,
    async () => {
      // Where MinIO runs on KES, asking it whether the caller may is already the act.
      const { made } = await askMinio()
      if (!made || !(await keyExists(kes('observe'), name))) await createKey(maker, name)
      return describeKey(kes('observe'), name).catch(() => null)
    },
    (key) => `${toldOf(key)}${purpose}.`,
  )
  await canaries.ensure(name)
}

const toldOf = (key: KesKey | null) =>
  key === null
    ? 'KES made a random key'
    : `KES made a random ${key.algorithm} key${underIdentity({ identity: key.createdBy })}`

export async function keyExists(kes: Kes, name: KeyName): Promise<boolean> {
  try {
    await describeKey(kes, name)
    return true
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return false
    throw error
  }
}
