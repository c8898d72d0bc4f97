import { AppError } from '../errors.ts'
import { Secret } from '../secret.ts'
import { minioErrorIn } from './failures.ts'
import type { Credentials, Minio, MinioReply } from './transport.ts'
import { findText, parseXml } from './xml.ts'

export interface SignIn {
  readonly accessKey: string
  readonly secretKey: Secret<string>
  /** MinIO takes 900 (15 minutes) and more. */
  readonly durationSeconds: number
  /** JSON text of a session policy, which narrows what the credentials may do. */
  readonly policy?: string
}

export interface TemporaryCredentials {
  readonly credentials: Credentials & { readonly sessionToken: Secret<string> }
  readonly expiresAt: Date
  /** The account behind them, as the token names it. */
  readonly account: string
  /** The region that requests must be signed for; the one of `minio` where the cluster has none. */
  readonly region: string
}

/**
 * Exchanges an access key for temporary credentials: STS AssumeRole. MinIO stores one item for each (config/iam/sts).
 * A cluster with a region of its own refuses others, and its STS then names a wrong one; so it is asked for, and the
 * call is made once more.
 *
 * @throws AppError `wrong-credentials`, `not-allowed` (disabled user; service accounts and temporary credentials),
 *   `clock-skew`, `upstream-unreachable`
 */
export async function assumeRole(minio: Minio, signIn: SignIn): Promise<TemporaryCredentials> {
  try {
    return read(await request(minio, signIn), minio.region)
  } catch (error) {
    if (!/region is wrong/.test(minioErrorIn(error)?.message ?? '')) throw asSignInFailure(error)
  }
  const region = await discoverRegion(minio)
  if (region === undefined || region === minio.region)
    throw new AppError('upstream-failed', 'MinIO refuses the region of the console and does not name its own.')
  try {
    return read(await request(minio.with({ region }), signIn), region)
  } catch (error) {
    throw asSignInFailure(error)
  }
}

/** The region of the cluster (`MINIO_SITE_REGION`); undefined where it has none, and so takes any. Needs no credentials. */
export async function discoverRegion(minio: Minio): Promise<string | undefined> {
  try {
    const { headers } = await minio.send({ method: 'GET', path: '/' })
    const region = headers['x-amz-bucket-region']
    return typeof region === 'string' ? region : undefined
  } catch (error) {
    const refusal = minioErrorIn(error)
    if (!refusal) throw error
    return refusal.region
  }
}

function request(minio: Minio, { accessKey, secretKey, durationSeconds, policy }: SignIn): Promise<MinioReply> {
  const form = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    DurationSeconds: `${durationSeconds}`,
    ...(policy !== undefined && { Policy: policy }),
  })
  return minio.send({
    method: 'POST',
    path: '/',
    service: 'sts',
    asksKms: true,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    credentials: { accessKey, secretKey },
  })
}

/** Every refusal of STS is AccessDenied; only its words tell them apart. Source: minio cmd/sts-errors.go. */
function asSignInFailure(error: unknown): unknown {
  const refusal = minioErrorIn(error)
  if (refusal?.code !== 'AccessDenied') return error
  const failure = (code: 'wrong-credentials' | 'not-allowed', detail: string) =>
    new AppError(code, detail, { cause: refusal })
  if (/signature|does not exist/i.test(refusal.message))
    return failure('wrong-credentials', 'MinIO does not know this access key, or the secret key is another one.')
  if (/disabled/i.test(refusal.message))
    return failure('not-allowed', 'This account is disabled in MinIO. Ask an administrator to enable it.')
  return failure(
    'not-allowed',
    'MinIO gives this access key no session: sign in as a user, not with a service account.',
  )
}

function read({ bytes }: MinioReply, region: string): TemporaryCredentials {
  const document = parseXml(Buffer.from(bytes).toString())
  bytes.fill(0)
  const field = (name: string) => {
    const text = findText(document, name)
    if (text) return text
    throw new AppError('upstream-failed', `MinIO signed the account in without telling the ${name}.`)
  }
  const token = field('SessionToken')
  return {
    credentials: {
      accessKey: field('AccessKeyId'),
      secretKey: new Secret(field('SecretAccessKey')),
      sessionToken: new Secret(token),
    },
    expiresAt: new Date(field('Expiration')),
    account: parentIn(token),
    region,
  }
}

/**
 * The `parent` claim. The token is signed with the root secret, so it can't be checked here; it came from MinIO itself
 * a moment ago.
 */
function parentIn(token: string): string {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    const { parent } = claims as { parent?: unknown }
    if (typeof parent === 'string' && parent !== '') return parent
  } catch {
    // Said below: the failure of JSON.parse quotes the token.
  }
  throw new AppError('upstream-failed', 'The token of MinIO does not name the account behind it.')
}
