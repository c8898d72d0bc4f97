import { AppError } from '../errors.ts'
import { minioErrorIn } from './failures.ts'
import { requestPolicies, requestUsers } from './iam.ts'
import { type Credentials, isTimeout, type Minio } from './transport.ts'

export interface IamLoaded {
  /** Null: it can't be told, `detail` says why. */
  readonly loaded: boolean | null
  readonly detail: string
}

type Answer = 'answered' | 'failed' | 'kms-away' | 'hung' | 'refused' | 'unknown-caller' | 'out-of-reach'

/**
 * Whether MinIO has loaded its users and policies; admin:ListUsers and admin:ListUserPolicies. Until it has, and for
 * good when one item can't be opened, its health endpoints are green, only root gets in, and writes land in plaintext.
 * Then listing the policies fails or listing the users hangs; both are tried at once, for 5 s. Never throws.
 */
export async function iamLoaded(minio: Minio, credentials: Credentials): Promise<IamLoaded> {
  const [users, policies] = await Promise.all([
    answerOf(requestUsers(minio, credentials)),
    answerOf(requestPolicies(minio, credentials)),
  ])
  const seen = (...answers: Answer[]) => answers.includes(users) || answers.includes(policies)

  if (seen('kms-away') && users !== 'failed')
    return unknown(
      'MinIO can’t reach its KMS, so it can’t list its policies: whether it has loaded its users can’t be told.',
    )
  if (policies === 'failed') return no('MinIO can’t load its policies: one of its items can’t be opened.')
  if (users === 'failed') return no('MinIO can’t list its users.')
  if (users === 'hung' && policies !== 'hung' && policies !== 'out-of-reach')
    return no('MinIO did not list its users within 5 s: it is still loading them, or can’t.')
  if (users === 'answered') return { loaded: true, detail: 'MinIO listed its users.' }
  if (seen('hung') && (await isAlive(minio)))
    return no('MinIO runs, but listed neither users nor policies within 5 s: it is still loading them, or can’t.')
  if (seen('unknown-caller'))
    return unknown('MinIO does not know these credentials: they have ended, or it has not loaded its users.')
  if (seen('out-of-reach', 'hung')) return unknown('MinIO did not answer.')
  return unknown('This account may not list users (admin:ListUsers), so whether MinIO has loaded them can’t be told.')
}

const no = (detail: string): IamLoaded => ({ loaded: false, detail })
const unknown = (detail: string): IamLoaded => ({ loaded: null, detail })

async function answerOf(probe: Promise<unknown>): Promise<Answer> {
  try {
    await probe
    return 'answered'
  } catch (error) {
    if (isTimeout(error)) return 'hung'
    const refusal = minioErrorIn(error)
    if (!refusal) return 'out-of-reach'
    if (error instanceof AppError && error.code === 'session-expired') return 'unknown-caller'
    if (/connection error/.test(refusal.message)) return 'kms-away'
    return refusal.status === 403 ? 'refused' : 'failed'
  }
}

const isAlive = (minio: Minio) =>
  minio.send({ method: 'GET', path: '/minio/health/live', timeoutMs: 5_000 }).then(
    () => true,
    () => false,
  )
