import type { KeyUse } from '@strongroom/shared/key-deletion'
import type { DeletionStage, KeyCanary } from '@strongroom/shared/keys'
import type { IconName } from '../../ui/Icon.tsx'
import type { KeyState } from './key-filter.ts'

export interface StateLook {
  readonly icon: IconName
  readonly word: string
  readonly ink: string
}

export const canaryLooks: Record<KeyCanary['state'], StateLook> = {
  opens: { icon: 'good', word: 'Opens', ink: 'text-good' },
  replaced: { icon: 'critical', word: 'Replaced', ink: 'text-critical' },
  missing: { icon: 'critical', word: 'Missing', ink: 'text-critical' },
  unknown: { icon: 'unknown', word: 'Not known', ink: 'text-muted' },
}

export const stageLooks: Record<DeletionStage, StateLook> = {
  marked: { icon: 'waiting', word: 'Marked', ink: 'text-warning' },
  quarantined: { icon: 'warning', word: 'In quarantine', ink: 'text-warning' },
}

export const stateWords: Record<KeyState, string> = {
  replaced: 'Replaced',
  missing: 'Missing',
  unknown: 'Canary not known',
  marked: 'Marked for deletion',
  quarantined: 'In quarantine',
  opens: 'Canary opens',
  none: 'No canary',
}

export const placeWords: Record<KeyUse['place'], string> = {
  'server-default': 'Default key of the server',
  'bucket-defaults': 'Default encryption of buckets',
  'iam-items': 'IAM and config items',
  'config-history': 'Config history',
  'bucket-targets': 'Bucket targets',
  tiers: 'Tiers',
  objects: 'Objects',
  sites: 'Other sites',
  'other-clusters': 'Other clusters on this KES',
}

export const useLooks: Record<KeyUse['verdict'], StateLook> = {
  'in-use': { icon: 'critical', word: 'In use', ink: 'text-critical' },
  unknown: { icon: 'unknown', word: 'Can’t be excluded', ink: 'text-warning' },
  free: { icon: 'good', word: 'Free', ink: 'text-good' },
}

/** Enough of an identity to tell it from the others on the page; the whole one is its title, and can be copied. */
export const shortIdentity = (identity: string) =>
  identity.length > 20 ? `${identity.slice(0, 8)}…${identity.slice(-8)}` : identity
