import type { Kms } from '@strongroom/shared/kms'
import { AppError } from '../../errors.ts'

/**
 * What must hold before the first rewrite. A server that has not loaded IAM answers 200 to a write and stores it in
 * plaintext, so this is asked right before, not taken from a page.
 *
 * @returns the key that items are moved to
 */
export function requireMigratable(kms: Kms): string {
  if (kms.kind === 'none') {
    throw new AppError(
      'kms-not-configured',
      'MinIO has no KMS, so a rewrite would store every item in plaintext. Configure one first.',
    )
  }
  if (kms.kind === 'unknown' || kms.defaultKey === null) {
    throw new AppError('upstream-failed', 'MinIO does not say which KMS key it uses, so nothing is rewritten.')
  }
  if (kms.keyWorks !== true) {
    throw new AppError(
      'unsafe-now',
      `The default key ${kms.defaultKey} does not work: ${kms.keyError ?? 'its round trip could not be tried'}. Nothing is rewritten.`,
    )
  }
  if (kms.iamLoaded === null) {
    throw new AppError(
      'iam-not-loaded',
      'Whether MinIO has loaded its users could not be told, and a write before that would be lost or stored in plaintext. Try again in a moment.',
    )
  }
  if (!kms.iamLoaded) {
    throw new AppError(
      'iam-not-loaded',
      'MinIO has not loaded its users and policies. A write now would be lost or stored in plaintext, so nothing is rewritten.',
    )
  }
  if (kms.nodesAgree === false) {
    throw new AppError(
      'unsafe-now',
      'The nodes run on different KMS settings, so each would seal with its own key. Make them agree first.',
    )
  }
  return kms.defaultKey
}
