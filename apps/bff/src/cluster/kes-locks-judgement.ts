import { AppError } from '../errors.ts'
import { either, type KeyScope, type Verdict } from '../policy/evaluate.ts'
import type { Caller } from '../session/caller.ts'
import { type CallerPolicy, readCallerPolicy } from './caller-policy.ts'
import { pluginDoubt } from './caller-policy-plugin.ts'
import type { KesLocks } from './kes-locks.ts'
import { waitsForKes } from './waits-for-kes.ts'

/** What the first lock asks for. */
export interface Right {
  /** `kms:CreateKey` */
  readonly action: string
  readonly scope: KeyScope
  /** The admin action that does the same on MinIO, for any key: either is enough there. */
  readonly twin?: 'admin:KMSKeyStatus' | 'admin:KMSCreateKey'
}

/** What the account's policies and the session's say now. */
export const policyOf = (locks: KesLocks, caller: Caller): Promise<CallerPolicy> =>
  readCallerPolicy(locks.minio, caller, locks)

function verdictOn(policy: CallerPolicy, { action, scope, twin }: Right): Verdict {
  const verdict = policy.decide(action, scope)
  return twin === undefined ? verdict : either(verdict, policy.decide(twin, 'no-key'))
}

/**
 * The first lock where MinIO can be asked without changing anything: MinIO's own answer decides, and the evaluation must not
 * say the contrary. What can't be evaluated is no contrary: MinIO has evaluated it.
 *
 * @param ask null: MinIO allows the action and has no KMS, so it did not look at the key's name; then the policies must
 *   allow it for certain
 */
export async function requireAgreement(locks: KesLocks, caller: Caller, right: Right, ask: () => Promise<unknown>) {
  let told: unknown
  const asked = async () => {
    told = await ask()
  }
  const [answer, policy] = await Promise.all([answerTo(asked), policyOf(locks, caller)])
  const verdict = verdictOn(policy, right)
  noticeDisagreement(locks, caller, { right, answer, verdict })
  if (answer !== 'allow' && 'silence' in answer)
    throw verdict === 'deny' ? lacking(right, verdict, policy) : answer.silence
  if (answer !== 'allow') throw answer.refusal(right.action)
  if (verdict === 'deny') throw disagreement(right.action)
  if (told === null && right.scope !== 'no-key') await requireEvaluated(locks, caller, [right])
}

/**
 * The first lock by evaluation alone, for what MinIO has no action of its own: the policies must allow all of `rights` for
 * certain, and no authorisation plugin may stand behind MinIO.
 */
export async function requireEvaluated(
  locks: KesLocks,
  caller: Caller,
  rights: readonly Right[],
): Promise<CallerPolicy> {
  const policy = await policyOf(locks, caller)
  for (const right of rights) {
    const verdict = verdictOn(policy, right)
    if (verdict !== 'allow') throw lacking(right, verdict, policy)
  }
  const doubt = await pluginDoubt(locks, caller, policy)
  if (doubt !== null) throw firstLock(`${doubt}. Then its policies say nothing about ${rights[0]!.action}.`)
  return policy
}

/**
 * Asks MinIO for something it still answers, to hold the evaluation against it: where they differ, the evaluation is not to
 * be trusted with what follows either.
 */
export async function requireNoDisagreement(
  locks: KesLocks,
  caller: Caller,
  { policy, right, ask }: { policy: CallerPolicy; right: Right; ask: () => Promise<unknown> },
) {
  const answer = await answerTo(ask)
  if (answer !== 'allow' && 'silence' in answer) throw answer.silence
  const verdict = verdictOn(policy, right)
  if (noticeDisagreement(locks, caller, { right, answer, verdict })) throw disagreement(right.action)
}

export const firstLock = (detail: string) =>
  new AppError('not-allowed', `Strongroom refuses (first lock, your policies on MinIO): ${detail}`)

type Answer = 'allow' | { readonly refusal: (action: string) => AppError } | { readonly silence: AppError }

async function answerTo(ask: () => Promise<unknown>): Promise<Answer> {
  try {
    await ask()
    return 'allow'
  } catch (cause) {
    if (waitsForKes(cause)) return { silence: cause }
    if (!(cause instanceof AppError) || cause.code !== 'not-allowed') throw cause
    return { refusal: (action) => minioRefused(action, cause) }
  }
}

const minioRefused = (action: string, cause: AppError) =>
  new AppError('not-allowed', `MinIO refused: your policies do not allow ${action}.`, { cause })

/** MinIO's refusal of what the evaluation had found allowed. */
export function refusedAfterAll(locks: KesLocks, caller: Caller, right: Right, cause: AppError): AppError {
  const refusal = () => minioRefused(right.action, cause)
  noticeDisagreement(locks, caller, { right, answer: { refusal }, verdict: 'allow' })
  return refusal()
}

function noticeDisagreement(
  { log }: KesLocks,
  { account }: Caller,
  { right: { action }, answer, verdict }: { right: Right; answer: Answer; verdict: Verdict },
): boolean {
  if (answer !== 'allow' && 'silence' in answer) return false
  const differ = answer === 'allow' ? verdict === 'deny' : verdict === 'allow'
  const minio = answer === 'allow' ? 'allow' : 'deny'
  if (differ)
    log?.warn({ action, account, minio, evaluated: verdict }, 'MinIO and the evaluation of its policies differ')
  return differ
}

const disagreement = (action: string) =>
  firstLock(
    `MinIO’s own answer about ${action} and its policies, as it tells them, differ. Nothing goes to the key service while they do; the console’s log has the details.`,
  )

function lacking({ action, scope }: Right, verdict: Verdict, { told }: CallerPolicy) {
  const on = scope === 'no-key' ? '' : scope === 'every-key' ? ' on all keys' : ' on this key'
  if (verdict === 'deny') return firstLock(`they do not allow ${action}${on}.`)
  return firstLock(
    told
      ? `whether they allow ${action}${on} can’t be told: a condition or a form in them is none that this console can evaluate.`
      : `MinIO did not tell them, so whether they allow ${action}${on} can’t be told. A NotAction in one of them does that, and so does a bucket whose metadata can’t be read.`,
  )
}
