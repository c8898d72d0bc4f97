import { mayUse } from '../../custody/roles.ts'
import type { Verdict } from '../../policy/evaluate.ts'
import type { Caller } from '../../session/caller.ts'
import { pluginDoubt } from '../caller-policy-plugin.ts'
import { type KesLocks, refusedByFile } from '../kes-locks.ts'
import { firstLock, policyOf } from '../kes-locks-judgement.ts'

/** What it takes, on all buckets, where there is no role file. */
export const EDIT_HOUSE = 's3:PutEncryptionConfiguration'

/**
 * Who may change the rules of the house: the root user, and `operator` of the role file for all keys; without a role file
 * whoever may set the encryption of every bucket by MinIO's policies. The rules are the console's own, so MinIO can't be asked.
 *
 * @throws AppError `not-allowed`
 */
export async function requireHouseEditor(locks: KesLocks, caller: Caller): Promise<void> {
  if (caller.root) return
  const roles = await locks.readRoles()
  if (roles !== null) {
    if (mayUse(roles, caller.account, ['operator'], null)) return
    const detail = 'it does not give you the role operator for all keys, which changing the rules of the house takes.'
    throw await refusedByFile(locks, (every) => mayUse(every, caller.account, ['operator'], null), detail)
  }
  const policy = await policyOf(locks, caller)
  // Resources are read without the prefix of their ARN, so that every key stands for every bucket too.
  const verdict = policy.decide(EDIT_HOUSE, 'every-key')
  if (verdict !== 'allow') throw firstLock(WORDS[verdict])
  const doubt = await pluginDoubt({ minio: locks.minio }, caller, policy)
  if (doubt !== null) throw firstLock(`${doubt}. Then its policies say nothing about ${EDIT_HOUSE}.`)
}

const WORDS: Readonly<Record<Exclude<Verdict, 'allow'>, string>> = {
  deny: `they do not allow ${EDIT_HOUSE} on all buckets, which changing the rules of the house takes.`,
  'cannot-tell': `whether they allow ${EDIT_HOUSE} on all buckets can’t be told: MinIO did not tell them, or a condition in them is none that this console can evaluate.`,
}
