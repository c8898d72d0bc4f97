import type { BucketAct, BucketResult } from '@strongroom/shared/bucket-runs'
import type { StateLook } from '../../ui/StateMark.tsx'
import { encryptionWords } from './seal-of-bucket.ts'

export type RunOutcome = BucketResult['outcome']

/** What needs a look comes first. */
export const outcomes = [
  'failed',
  'plain',
  'not-as-promised',
  'left',
  'changed',
  'as-promised',
  'already',
] as const satisfies readonly RunOutcome[]

export const outcomeLooks: Record<RunOutcome, StateLook> = {
  failed: { icon: 'critical', word: 'Failed', ink: 'text-critical' },
  plain: { icon: 'critical', word: 'Plaintext', ink: 'text-critical' },
  'not-as-promised': { icon: 'critical', word: 'Differs', ink: 'text-critical' },
  left: { icon: 'warning', word: 'Left as it is', ink: 'text-warning' },
  changed: { icon: 'good', word: 'Changed', ink: 'text-good' },
  'as-promised': { icon: 'good', word: 'Holds', ink: 'text-good' },
  already: { icon: 'good', word: 'Was so before', ink: 'text-muted' },
}

export const outcomeOf = (text: string): RunOutcome | undefined => outcomes.find((each) => each === text)

/** How many buckets met each outcome that any met. */
export const countOutcomes = (results: readonly BucketResult[]) =>
  outcomes
    .map((outcome) => ({ outcome, count: results.filter((result) => result.outcome === outcome).length }))
    .filter(({ count }) => count > 0)

/** Why buckets failed, the commonest reason first. */
export function failureReasons(results: readonly BucketResult[]) {
  const found = new Map<string, string[]>()
  for (const { outcome, reason, bucket } of results) {
    if (outcome !== 'failed') continue
    const words = reason ?? 'No reason was told.'
    found.set(words, [...(found.get(words) ?? []), bucket])
  }
  return [...found]
    .map(([reason, buckets]) => ({ reason, buckets }))
    .sort((a, b) => b.buckets.length - a.buckets.length)
}

const titles: Record<BucketAct['kind'], string> = {
  set: 'Encrypt buckets',
  clear: 'Clear encryption',
  house: 'Bring back to the house rule',
  probe: 'Probe buckets',
}

export const runTitle = ({ kind }: BucketAct) => titles[kind]

/** What was asked for, in one sentence. */
export function runSentence(act: BucketAct): string {
  if (act.kind === 'clear') return 'The default encryption is removed. Existing objects stay as they are.'
  if (act.kind === 'house')
    return `Each bucket gets what its rule of the house wants${making(act.createKeys)}. Existing objects stay as they are.`
  if (act.kind === 'probe')
    return `A small object is written, read back and removed${act.locked ? ', also where object lock is on' : ''}.`
  return `New objects are sealed with ${encryptionWords(act)}${making(act.createKeys)}. Existing objects stay as they are.`
}

const making = (createKeys: boolean) => (createKeys ? '; keys that are not there are made' : '')
