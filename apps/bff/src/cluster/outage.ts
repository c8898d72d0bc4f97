import type { Waiting } from '@strongroom/shared/jobs'
import { AppError } from '../errors.ts'
import { lacksDrives, minioErrorIn } from '../minio/failures.ts'
import { waitsForKes } from './waits-for-kes.ts'

/** What has to come back before the job can go on. */
export type Outage = Waiting['on']

/** MinIO is there, but not whole: it starts, stops, or too few of its drives answer. Source: minio cmd/api-errors.go. */
const NOT_WHOLE = /^(XMinioServerNotInitialized|XMinioIAMNotInitialized|SlowDown(Read|Write)?|ServiceUnavailable)$/

/**
 * Whether `error` is one that passes by itself, or with a new sign-in; null: it is not, so the job has to stop. MinIO
 * wraps what KES does in plain 500s, told apart by their words alone (`kes: connection error`, `failed to generate data
 * key`, `kms: …`).
 */
export function outageIn(error: unknown): Outage | null {
  if (error instanceof KmsAway || waitsForKes(error)) return 'kes'
  if (!(error instanceof AppError)) return null
  if (error.code === 'session-expired') return 'sign-in'
  if (error.code === 'upstream-unreachable' || error.code === 'iam-not-loaded') return 'minio'
  const refusal = minioErrorIn(error)
  if (refusal === undefined || refusal.status < 500) return null
  if (lacksDrives(refusal.message)) return 'minio'
  if (/\bkes:|\bkms\b|data key/i.test(refusal.message) || refusal.code.startsWith('kms:')) return 'kes'
  return NOT_WHOLE.test(refusal.code) || [502, 503, 504].includes(refusal.status) ? 'minio' : null
}

/** The KMS does not answer: MinIO says so, or the console's own way to KES, which opens items to compare them, is broken. */
export class KmsAway extends AppError {
  constructor(detail: string, cause?: unknown) {
    super('upstream-failed', detail, { cause })
  }
}
