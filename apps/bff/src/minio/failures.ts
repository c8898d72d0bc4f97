import type { ProblemCode } from '@strongroom/shared/problem'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { findText, parseXml } from './xml.ts'

/** What MinIO answered instead of success: the `cause` of the AppError, for callers who know more, and for the log. */
export class MinioError extends Error {
  override readonly name = 'MinioError'
  readonly status: number
  /** `AccessDenied`, `XMinioAdminNoSuchUser` …; empty where there was no body to read it from (HEAD). */
  readonly code: string
  /** The region of the cluster, which every refusal names when it has one. */
  readonly region: string | undefined

  constructor(status: number, code: string, message: string, region?: string) {
    super(message)
    this.status = status
    this.code = code
    this.region = region
  }
}

/** What MinIO answered, when `error` stands for a refusal of MinIO. */
export const minioErrorIn = (error: unknown): MinioError | undefined =>
  error instanceof AppError && error.cause instanceof MinioError ? error.cause : undefined

const Refusal = z.object({
  Code: z.string(),
  Message: z._default(z.string(), ''),
  Region: z.optional(z.string()),
})

const speaksOfKms = (code: string, message: string) => code.startsWith('kms:') || /\bkms\b|\bkes:/i.test(message)

/** Whether MinIO's KMS failed it. Of a call of the KMS this says that MinIO allows it: it checks its policies first. */
export function failedByKms(error: unknown): boolean {
  const said = minioErrorIn(error)
  return error instanceof AppError && error.code === 'upstream-failed' && !!said && speaksOfKms(said.code, said.message)
}

/** Reads a refusal: JSON from admin and KMS calls, XML from S3 and STS, headers from HEAD; none of them from a proxy in between. */
export function readRefusal(status: number, text: string, headers: Readonly<Record<string, unknown>>): MinioError {
  const { Code, Message, Region } =
    text === '' ? fromHeaders(headers) : text.startsWith('{') ? fromJson(text) : fromXml(text)
  const region = Region ?? headers['x-amz-bucket-region']
  return new MinioError(status, Code, Message.slice(0, 500), typeof region === 'string' && region ? region : undefined)
}

const unread = { Code: '', Message: 'a reply without an error document', Region: undefined }

/** Source: minio cmd/api-response.go, `writeErrorResponseHeadersOnly`. */
function fromHeaders(headers: Readonly<Record<string, unknown>>) {
  const { 'x-minio-error-code': Code, 'x-minio-error-desc': Message } = headers
  return typeof Code === 'string' && Code ? { ...unread, Code, Message: String(Message ?? '') } : unread
}

function fromJson(text: string) {
  try {
    return Refusal.parse(JSON.parse(text))
  } catch {
    return unread
  }
}

function fromXml(text: string) {
  const document = parseXml(text)
  const Code = findText(document, 'Code')
  if (Code === undefined) return unread
  return { Code, Message: findText(document, 'Message') ?? '', Region: findText(document, 'Region') }
}

/** Codes whose meaning does not depend on the call. Source: minio cmd/api-errors.go. */
const meanings: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  InvalidAccessKeyId: ['session-expired', 'MinIO does not know these credentials any more. Sign in again.'],
  InvalidTokenId: ['session-expired', 'MinIO does not take this session’s token any more. Sign in again.'],
  ExpiredToken: ['session-expired', 'The temporary credentials have expired. Sign in again.'],
  SignatureDoesNotMatch: ['wrong-credentials', 'MinIO refused the secret key.'],
  RequestTimeTooSkewed: [
    'clock-skew',
    'The clocks of the console and of MinIO differ by more than 15 minutes. Set both by NTP.',
  ],
  NoSuchBucket: ['not-found', 'MinIO has no such bucket.'],
  NoSuchKey: ['not-found', 'The bucket has no such object.'],
  NoSuchVersion: ['not-found', 'The object has no such version.'],
  XMinioAdminNoSuchUser: ['not-found', 'MinIO has no such user, or the user is disabled.'],
  XMinioAdminNoSuchGroup: ['not-found', 'MinIO has no such group.'],
  XMinioAdminNoSuchPolicy: ['not-found', 'MinIO has no such policy.'],
  XMinioInvalidIAMCredentials: ['not-found', 'MinIO has no such service account.'],
  'kms:KeyNotFound': ['not-found', 'The KMS of MinIO has no key of that name.'],
  XMinioIAMNotInitialized: [
    'iam-not-loaded',
    'MinIO has not loaded its users, so it knows no session but root’s own key.',
  ],
  XMinioServerNotInitialized: ['upstream-unreachable', 'MinIO is still starting. Try again in a moment.'],
  XMinioAdminVersionMismatch: ['upstream-failed', 'This version of MinIO does not know the call.'],
}

/**
 * The public face of a refusal. What MinIO says goes to `cause` alone: it may repeat names and values that came in.
 *
 * @param action the permission that the call needs, `admin:ListUsers`
 */
export function refused(error: MinioError, action: string | undefined): AppError {
  const [code, detail] = meaningOf(error, action)
  return new AppError(code, detail, { cause: error })
}

function meaningOf({ status, code, message, region }: MinioError, action?: string): readonly [ProblemCode, string] {
  const known = meanings[code]
  if (known) return known
  if (code === 'AuthorizationHeaderMalformed' && region !== undefined)
    return ['upstream-failed', `MinIO wants requests signed for its region, ${region}.`]
  if (status === 403) return ['not-allowed', lacking(action)]
  if (status === 404) return ['not-found', 'MinIO has nothing of that name.']
  // 501 for S3, 400 XMinioEncryptionError for a listing: the words are the same, and a proxy's 501 has none.
  if (/KMS (is )?not configured/.test(message)) return ['kms-not-configured', 'MinIO runs without a KMS.']
  if (lacksDrives(message))
    return [
      'upstream-failed',
      'Too few of MinIO’s drives answer for this, as happens while nodes are away or have just started. Bring them back, or try again in a moment.',
    ]
  if (speaksOfKms(code, message))
    return ['upstream-failed', 'MinIO could not use its KMS for this. See the KMS page for which hop is broken.']
  return ['upstream-failed', `MinIO answered ${status}${code && ` ${code}`}. Its own log says more.`]
}

/** Without a quorum the sign-in ends in a plain 500, and only the words tell; source: minio cmd/object-api-errors.go. */
export const lacksDrives = (message: string) => message.startsWith('Storage resources are insufficient')

const lacking = (action?: string) =>
  action === undefined
    ? 'MinIO refused this: a policy of the account does not allow it.'
    : `MinIO refused this: the account lacks ${action}, or a policy denies it.`
