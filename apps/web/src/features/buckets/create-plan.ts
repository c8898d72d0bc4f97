import type { EncryptionMode } from '@strongroom/shared/bucket-name'
import { type HouseRule, type HouseStanding, houseStanding } from '@strongroom/shared/house-policy'
import type { PlanStep } from './bulk-plan.ts'
import { type Encryption, sameEncryption } from './seal-of-bucket.ts'

export interface CreateForm {
  readonly name: string
  /** Null: nobody chose, so the rule of the house is followed, or SSE-S3 is taken. */
  readonly mode: EncryptionMode | null
  readonly key: string | null
}

export interface CreatePlan {
  /** Null: no rule of the house fits the name. */
  readonly house: HouseStanding | null
  readonly encryption: Encryption
  /** The bucket would drift from its rule from the start. */
  readonly drifts: boolean
}

/** What a new bucket of this name is to have: what was chosen, or else what its rule wants. */
export function createPlan({ name, mode, key }: CreateForm, rules: readonly HouseRule[], kms: boolean): CreatePlan {
  const house = houseStanding(rules, name, null)
  const wanted = mode ?? house?.mode ?? (kms ? 'sse-s3' : 'none')
  const named = key ?? (wanted === house?.mode ? house.key : undefined) ?? ''
  const encryption = { mode: wanted, ...(wanted === 'sse-kms' && { key: named }) }
  return { house, encryption, drifts: house !== null && !sameEncryption(house, encryption) }
}

/** As a step of a plan, for its `mc` lines. */
export const createStep = (name: string, after: Encryption, makesKey: boolean): PlanStep => ({
  bucket: name,
  fate: 'done',
  before: { mode: 'none' },
  after: after.mode === 'sse-kms' && !after.key ? { ...after, key: 'KEY' } : after,
  why: '',
  ...(makesKey && { makes: after.key }),
})
