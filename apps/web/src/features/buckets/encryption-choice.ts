import type { BucketTrait, readEncryptionPlan } from '@strongroom/shared/object-encryption'
import type * as z from 'zod/mini'
import type { SealingMode } from './ModeFields.tsx'

export type EncryptionPlan = z.infer<typeof readEncryptionPlan.reply>
export type PlanTrait = EncryptionPlan['traits'][number]

export interface EncryptionChoice {
  readonly mode: SealingMode
  readonly key: string
  readonly which: 'plain' | 'not-so'
  readonly prefix: string
}

/** What is offered first: as the run that was cut off, else as the bucket seals new objects. */
export function firstChoice({ configured, unfinished }: EncryptionPlan): EncryptionChoice {
  const sealing = unfinished ?? configured
  return {
    mode: sealing?.mode ?? 'sse-s3',
    key: sealing?.key ?? '',
    which: unfinished?.which === 'not-so' ? 'not-so' : 'plain',
    prefix: unfinished?.prefix ?? '',
  }
}

/** Whether a start goes on with the run that was cut off, as far as it is known here: parts have to be the same too. */
export const goesOn = ({ unfinished }: EncryptionPlan, { mode, key, which, prefix }: EncryptionChoice) =>
  unfinished !== null &&
  unfinished.mode === mode &&
  (mode === 'sse-s3' || unfinished.key === key) &&
  unfinished.which === which &&
  unfinished.prefix === prefix

/** Each wants its own yes; those of tiered objects may have one. */
export const toAccept = ({ traits }: EncryptionPlan) =>
  traits.filter(({ trait, asks, holds }) => asks || (trait === 'tiered' && holds !== false))

export const notThere = ({ traits }: EncryptionPlan) =>
  traits.filter(({ holds, asks }) => holds === false && !asks).map(({ trait }) => traitNames[trait].toLowerCase())

/** Why it can't be started yet; null: it can. */
export function whyNotEncrypt(
  plan: EncryptionPlan,
  { mode, key }: EncryptionChoice,
  accepted: ReadonlySet<BucketTrait>,
) {
  if (mode === 'sse-kms' && key === '') return 'Name a key.'
  const open = plan.traits.filter(({ asks, trait }) => asks && !accepted.has(trait)).length
  if (open === 0) return null
  return open === 1 ? 'One consequence is not accepted yet.' : `${open} consequences are not accepted yet.`
}

export const traitNames: Record<BucketTrait, string> = {
  versioned: 'Versions are kept',
  locked: 'Object lock',
  replicated: 'Replication',
  tiered: 'Tiers',
  notified: 'Notifications',
  lifecycle: 'Lifecycle expiry',
  multipart: 'Objects of several parts',
}
