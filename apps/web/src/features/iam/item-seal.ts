import type { ItemSeal } from '@strongroom/shared/iam'
import { keyLook, type SealLook, stateWords } from '../../lib/seal.ts'

/** What seals an item, as a badge shows it. */
export const sealLook = (
  { state, key }: ItemSeal,
  defaultKey: string | null,
): { look: SealLook; label: string; mono?: boolean } =>
  state === 'kms' ? { look: keyLook(key, defaultKey), label: key ?? 'KMS', mono: true } : stateWords[state]

export const isUnderDefault = ({ state, key }: ItemSeal, defaultKey: string | null) =>
  state === 'kms' && key !== undefined && key === defaultKey
