import type { KmsKind } from '@strongroom/shared/kms'

export const kmsWords: Record<KmsKind, string> = {
  none: 'None',
  static: 'Static key',
  kes: 'KES',
  other: 'Another KMS',
  unknown: 'Not known',
}
