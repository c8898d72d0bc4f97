import type { ProbeSummary } from '@strongroom/shared/bucket-probes'
import type { Bucket } from '@strongroom/shared/buckets'
import type { CoverageSummary } from '@strongroom/shared/coverage'
import type { HouseStanding } from '@strongroom/shared/house-policy'
import { count, counted, share } from '../../lib/format.ts'
import type { SealLook } from '../../lib/seal.ts'
import type { Tone } from '../../ui/Note.tsx'
import type { StateLook } from '../../ui/StateMark.tsx'
import type { Show } from './bucket-filter.ts'
import { encryptionWords } from './seal-of-bucket.ts'

/** A probe was sealed, and what the bucket promises was not known: the same word wherever that is told. */
const UNPROVEN = 'Unproven'

export const showWords: Record<Show, { label: string; tone: Tone }> = {
  'not-encrypted': { label: 'Not encrypted', tone: 'critical' },
  'failing-proof': { label: 'Failing proof', tone: 'critical' },
  drifted: { label: 'Drifted', tone: 'warning' },
  'plain-objects': { label: 'Plain objects', tone: 'warning' },
  'promise-unknown': { label: UNPROVEN, tone: 'info' },
  'not-read': { label: 'Not read', tone: 'info' },
}

export const proofLooks: Record<ProbeSummary['outcome'], StateLook & { sentence: string }> = {
  'as-promised': {
    icon: 'good',
    word: 'Holds',
    ink: 'text-good',
    sentence: 'The probe was sealed as the bucket promises.',
  },
  'not-as-promised': {
    icon: 'critical',
    word: 'Differs',
    ink: 'text-critical',
    sentence: 'The probe was sealed in another way than the bucket promises.',
  },
  unpromised: {
    icon: 'unknown',
    word: UNPROVEN,
    ink: 'text-muted',
    sentence: 'The probe was sealed, but what the bucket promises was not known: it proves no promise.',
  },
  plain: {
    icon: 'critical',
    word: 'Plain',
    ink: 'text-critical',
    sentence: 'The probe was written in plaintext.',
  },
  failed: {
    icon: 'critical',
    word: 'Failed',
    ink: 'text-critical',
    sentence: 'The probe could not be written or read.',
  },
}

export function houseLook({ drifted }: HouseStanding): StateLook {
  if (drifted === null) return { icon: 'unknown', word: 'Not read', ink: 'text-muted' }
  return drifted
    ? { icon: 'warning', word: 'Drifted', ink: 'text-warning' }
    : { icon: 'good', word: 'Follows', ink: 'text-good' }
}

export const houseSentence = (standing: HouseStanding) =>
  `The rule ${standing.pattern} wants: ${encryptionWords(standing)}.`

/** Versions, lock and replication, in one or two words each; what MinIO did not tell is said. */
export function traitWords({ versioning, locking, replication }: Bucket): string[] {
  const untold = [versioning, locking, replication].every((trait) => trait === null)
  if (untold) return ['not told']
  const told = [
    versioning === 'on' && 'versions',
    versioning === 'suspended' && 'versions suspended',
    versioning === null && 'versions not told',
    locking === true && 'lock',
    locking === null && 'lock not told',
    replication === true && 'replicated',
    replication === null && 'replication not told',
  ]
  return told.filter((word) => word !== false)
}

/** Why a new object is sealed so, in two words; the sentence, also of why it is not known, is `reasonOf`. */
export function shortReason({ encryption, effective }: Bucket) {
  if (encryption === null || effective === null) return ''
  if (encryption.mode !== 'none') return 'own setting'
  return effective.mode === 'none' ? 'nothing set' : 'automatic'
}

/** The share of the versions that is sealed. What was not told is not counted as sealed. */
export function coverageLook(coverage: CoverageSummary): { look: SealLook; label: string; sentence: string } {
  const { takenAt, total, plain, unknown, prefix } = coverage
  const where = prefix ? ` below ${prefix}` : ''
  if (takenAt === null)
    return { look: 'unseen', label: 'Not finished', sentence: `${counted(total, 'version')} counted so far${where}.` }
  if (total === 0) return { look: 'unseen', label: 'Empty', sentence: `There was no object${where}.` }
  const sealed = total - plain - unknown
  const rest = [plain > 0 && `${count(plain)} in plaintext`, unknown > 0 && `${count(unknown)} not known`]
  return {
    look: plain > 0 ? 'plain' : unknown > 0 ? 'unreadable' : 'default',
    label: share(sealed, total),
    sentence: [`${count(sealed)} of ${counted(total, 'version')}${where} sealed`, ...rest].filter(Boolean).join(', '),
  }
}

/** For sorting: what was counted and is in plaintext first, what was not counted last. */
export const coverageRank = ({ coverage }: Bucket) =>
  coverage === null || coverage.takenAt === null || coverage.total === 0
    ? 2
    : (coverage.total - coverage.plain - coverage.unknown) / coverage.total
