import { AppError } from '../errors.ts'
import { readAccount } from '../minio/account.ts'
import type { Minio } from '../minio/transport.ts'
import { type Policy, parsePolicy } from '../policy/document.ts'
import { decide, type EffectivePolicy } from '../policy/effective-policy.ts'
import type { KeyScope, Verdict } from '../policy/evaluate.ts'
import { requestValues } from '../policy/request-values.ts'
import { type Claims, claimsIn, sessionPolicyIn } from '../policy/session-policy.ts'
import type { Caller } from '../session/caller.ts'

/** Where the caller's request comes from, and how the console reaches MinIO. What is absent is not known. */
export interface RequestOrigin {
  readonly clientAddress?: string | undefined
  /** Whether the console speaks TLS with MinIO. */
  readonly overTls?: boolean | undefined
}

/** What a caller may do, evaluated here from what MinIO told a moment ago. */
export interface CallerPolicy {
  decide(action: string, scope: KeyScope): Verdict
  /** Whether MinIO told the account's policies: it fails as a whole for reasons of its own, a `NotAction` among them. */
  readonly told: boolean
  /**
   * An authorisation plugin makes MinIO tell everybody the policy of an administrator. False: what it told is none, so
   * there is no plugin.
   */
  readonly mayHidePlugin: boolean
}

/**
 * Reads what the caller may do: the account's policies as MinIO tells them now, and the session policy in the token that
 * MinIO takes in the same call. The root user has no policies; a session policy holds for root too.
 *
 * @throws AppError `session-expired`, `upstream-unreachable`
 */
export async function readCallerPolicy(minio: Minio, caller: Caller, origin: RequestOrigin): Promise<CallerPolicy> {
  const { account, root } = caller
  const claims = claimsOf(caller)
  const document = root ? null : await accountPolicy(minio, caller)
  const effective: EffectivePolicy = {
    parent: root ? 'all' : readable(document, claims),
    session: claims === null ? 'unreadable' : sessionPolicyIn(claims),
  }
  const values = requestValues({
    account,
    root,
    claims: claims ?? {},
    clientAddress: origin.clientAddress ?? null,
    overTls: origin.overTls ?? null,
    now: new Date(),
  })
  return {
    decide: (action, scope) => decide(effective, { action, scope, values }),
    told: effective.parent !== null,
    mayHidePlugin: effective.parent === null || effective.parent === 'all' || isAdministrators(effective.parent),
  }
}

/** The console's sessions always have a token; what it says can't be known without. */
const claimsOf = ({ credentials: { sessionToken } }: Caller): Claims | null =>
  sessionToken === undefined ? null : sessionToken.expose(claimsIn)

/** Undefined where MinIO does not tell, which it does not when one bucket's metadata can't be read. */
async function accountPolicy(minio: Minio, { account, credentials }: Caller): Promise<unknown> {
  try {
    const told = await readAccount(minio, credentials)
    return told.account === account ? told.policy : undefined
  } catch (error) {
    if (error instanceof AppError && error.code === 'upstream-failed') return undefined
    throw error
  }
}

/** A token that names policies of its own is told by them, though policies of the account would come first. */
const readable = (document: unknown, claims: Claims | null): Policy | null =>
  document === undefined || document === null || claims?.policy !== undefined ? null : parsePolicy(document)

/** MinIO's own `consoleAdmin`, in every release: admin:* without a condition, and nothing that denies. */
const isAdministrators = ({ statements }: Policy) =>
  statements.every(({ effect, body }) => effect === 'Allow' && body?.conditions.length === 0) &&
  statements.some(({ body }) => body?.actions.includes('admin:*'))
