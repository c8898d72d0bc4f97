import type { BucketAct } from '@strongroom/shared/bucket-runs'
import type { Bucket } from '@strongroom/shared/buckets'
import { keyFor } from '@strongroom/shared/house-policy'
import { KeyName } from '@strongroom/shared/keys'
import { counted } from '../../lib/format.ts'
import { type Encryption, encryptionWords, sameEncryption } from './seal-of-bucket.ts'

/** What can be done with many buckets at once; `count` is the coverage of what is there. */
export type BulkAct = BucketAct | { readonly kind: 'count'; readonly fresh: boolean }

/** `done`: the act is done there. `left`: it has nothing to do there, or is refused. `unsure`: only MinIO can tell. */
export type Fate = 'done' | 'already' | 'left' | 'unsure' | 'fails'

/** What an act means for one bucket. */
export interface PlanStep {
  readonly bucket: string
  readonly fate: Fate
  /** Configured now; null: it could not be read. */
  readonly before: Encryption | null
  /** Configured afterwards; null: the act configures nothing. */
  readonly after: Encryption | null
  /** Why it is so, or what follows from it. */
  readonly why: string
  /** The key that is made first. */
  readonly makes?: string | undefined
}

export interface Known {
  /** Null: the keys in KES could not be listed. */
  readonly keys: ReadonlySet<string> | null
  /** `MINIO_KMS_AUTO_ENCRYPTION`; null: it could not be asked. */
  readonly autoEncryption: boolean | null
}

/** What `act` would do, bucket by bucket, as far as it is known now. Existing objects stay as they are, whatever the act. */
export const bulkPlan = (act: BulkAct, buckets: readonly Bucket[], known: Known): PlanStep[] =>
  buckets.map((bucket) => ({
    bucket: bucket.name,
    before: bucket.encryption,
    after: null,
    ...fateOf(act, bucket, known),
  }))

type Told = Pick<PlanStep, 'fate' | 'why'> & Partial<Pick<PlanStep, 'after' | 'makes'>>

function fateOf(act: BulkAct, bucket: Bucket, known: Known): Told {
  if (act.kind === 'probe') return probed(bucket, act.locked)
  if (act.kind === 'count') return counting(bucket, act.fresh)
  if (act.kind === 'clear') return configured({ mode: 'none' }, bucket, known, false)
  if (act.kind === 'house') return broughtBack(bucket, known, act.createKeys)
  const after = { mode: act.mode, ...(act.key !== undefined && { key: keyFor(act.key, bucket.name) }) }
  return configured(after, bucket, known, act.createKeys)
}

const UNREAD = 'What is set could not be read: MinIO decides.'

function configured(after: Encryption, { encryption: before }: Bucket, known: Known, createKeys: boolean): Told {
  if (after.mode === 'sse-kms' && !after.key) return { fate: 'unsure', after, why: 'No key is named yet.' }
  if (before && sameEncryption(before, after)) return { fate: 'already', after, why: alreadyWords(after) }
  const key = keyTrouble(after, known.keys, createKeys)
  if (key?.fate === 'fails') return { ...key, after }
  const makes = key?.makes
  const why = [makes && `The key ${makes} is made first.`, before ? consequence(before, after, known) : UNREAD]
  return { fate: before ? 'done' : 'unsure', after, why: why.filter(Boolean).join(' '), makes }
}

const alreadyWords = ({ mode }: Encryption) => (mode === 'none' ? 'Nothing is set.' : 'It is set so already.')

function keyTrouble({ mode, key }: Encryption, keys: Known['keys'], createKeys: boolean) {
  if (mode !== 'sse-kms' || key === undefined) return null
  if (!KeyName.safeParse(key).success) return { fate: 'fails', why: `KES takes no key of the name ${key}.` } as const
  if (keys === null || keys.has(key)) return null
  return createKeys
    ? ({ fate: 'done', makes: key } as const)
    : ({ fate: 'fails', why: `KES has no key ${key}.` } as const)
}

function consequence(before: Encryption, after: Encryption, { autoEncryption }: Known) {
  if (after.mode !== 'none') return before.key ? `What is there still needs ${before.key}.` : ''
  if (autoEncryption) return 'Auto-encryption seals new objects then, with the default key.'
  return autoEncryption === false
    ? 'New objects lie in plaintext.'
    : 'New objects lie in plaintext, unless auto-encryption is on, which could not be asked.'
}

function broughtBack(bucket: Bucket, known: Known, createKeys: boolean): Told {
  const { house } = bucket
  if (house === null) return { fate: 'left', why: 'No rule of the house is for it.' }
  const { mode, key } = house
  const told = configured({ mode, ...(key !== undefined && { key }) }, bucket, known, createKeys)
  return house.drifted === false ? { ...told, fate: 'already', why: 'It is as its rule wants it.' } : told
}

function probed({ locking, replication, effective }: Bucket, locked: boolean): Told {
  const promise = promiseWords(effective)
  const why = (words: string) => [words, promise, replication && COPIED].filter(Boolean).join(' ')
  if (locking === null) return { fate: 'unsure', why: why('Whether object lock is on could not be read.') }
  if (!locking) return { fate: 'done', why: why('') }
  return locked
    ? { fate: 'done', why: why('The probe is held by the shortest governance retention.') }
    : { fate: 'left', why: 'Object lock is on: a probe object could not be removed at once.' }
}

function promiseWords(effective: Bucket['effective']) {
  if (effective === null) return 'What it promises is not known.'
  return effective.mode === 'none' ? 'It promises nothing.' : `It promises ${encryptionWords(effective)}.`
}

const COPIED = 'The probe object is replicated too.'

function counting({ coverage, usage }: Bucket, fresh: boolean): Told {
  const size = usage ? `About ${counted(usage.objects, 'object')}.` : 'How many objects it has is not told.'
  const goesOn = coverage && coverage.takenAt === null && !fresh ? 'Goes on where it was cut off.' : ''
  return { fate: 'done', why: [goesOn, size].filter(Boolean).join(' ') }
}

export const fates = ['done', 'unsure', 'fails', 'left', 'already'] as const satisfies readonly Fate[]

/** How many buckets meet each fate. */
export const countFates = (steps: readonly PlanStep[]) =>
  fates.map((fate) => ({ fate, count: steps.filter((step) => step.fate === fate).length }))

const worst = ['fails', 'unsure', 'done', 'left', 'already'] as const satisfies readonly Fate[]

/** What would go wrong, then what changes: two of a thousand must not be looked for. */
export const worstFirst = (steps: readonly PlanStep[]) =>
  steps.toSorted((a, b) => worst.indexOf(a.fate) - worst.indexOf(b.fate))

/** Where the act would really be tried. */
export const tried = (steps: readonly PlanStep[]) => steps.filter(({ fate }) => fate === 'done' || fate === 'unsure')

/** Where a default encryption may be taken away. */
export const losing = (steps: readonly PlanStep[]) => tried(steps).filter(({ after }) => after?.mode === 'none')

/** The keys that would be made, each once. */
export const keysMade = (steps: readonly PlanStep[]) => [...new Set(steps.flatMap(({ makes }) => makes ?? []))]

/** What is typed to confirm: the name of the one bucket, or how many there are. */
export const confirmWord = (steps: readonly PlanStep[]) =>
  steps.length === 1 ? steps[0]!.bucket : String(steps.length)
