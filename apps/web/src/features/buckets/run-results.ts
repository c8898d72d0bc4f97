import type { BucketAct, BucketResult, readBucketRun } from '@strongroom/shared/bucket-runs'
import type * as z from 'zod/mini'
import { count } from '../../lib/format.ts'
import type { StateLook } from '../../ui/StateMark.tsx'
import { proofLooks } from './bucket-words.ts'
import { encryptionWords } from './seal-of-bucket.ts'

/** Of a run that is over, a bucket without a result was not reached. */
export type RunOutcome = BucketResult['outcome'] | 'not-reached'

export type RunRow = Omit<BucketResult, 'outcome'> & { readonly outcome: RunOutcome }

export type Run = z.infer<typeof readBucketRun.reply>

/** The run that was seen to end, and when, by this browser's clock. */
export interface SeenEnd {
  readonly id: string
  readonly at: number
}

/** Whether results of run `id` that came at `readAt` are all of them: a reading before its end is seen may lack the last. */
export const isRead = (id: string, readAt: number, end: SeenEnd | undefined) => end?.id === id && readAt > end.at

/** What needs a look comes first. */
export const outcomes = [
  'failed',
  'not-reached',
  'plain',
  'not-as-promised',
  'unpromised',
  'left',
  'changed',
  'as-promised',
  'already',
] as const satisfies readonly RunOutcome[]

export const outcomeLooks: Record<RunOutcome, StateLook> = {
  failed: { icon: 'critical', word: 'Failed', ink: 'text-critical' },
  'not-reached': { icon: 'warning', word: 'Not reached', ink: 'text-warning' },
  plain: { icon: 'critical', word: 'Plaintext', ink: 'text-critical' },
  'not-as-promised': { icon: 'critical', word: 'Differs', ink: 'text-critical' },
  unpromised: proofLooks.unpromised,
  left: { icon: 'warning', word: 'Left as it is', ink: 'text-warning' },
  changed: { icon: 'good', word: 'Changed', ink: 'text-good' },
  'as-promised': { icon: 'good', word: 'Holds', ink: 'text-good' },
  already: { icon: 'good', word: 'Was so before', ink: 'text-muted' },
}

export const outcomeOf = (text: string): RunOutcome | undefined => outcomes.find((each) => each === text)

/** How many buckets met each outcome that any met. */
export const countOutcomes = (results: readonly Pick<RunRow, 'outcome'>[]) =>
  outcomes
    .map((outcome) => ({ outcome, count: results.filter((result) => result.outcome === outcome).length }))
    .filter((each) => each.count > 0)

/** The results of a run, and behind them what it did not reach, once it is over. */
export const rowsOf = ({ results, notReached }: Pick<Run, 'results' | 'notReached'>, running: boolean): RunRow[] => [
  ...results,
  ...(running ? [] : (notReached ?? [])).map((bucket) => ({ bucket, ...NOT_REACHED })),
]

const NOT_REACHED = { outcome: 'not-reached' as const, before: null, after: null, reason: null }

/** What a further run of the same act is for: the buckets that failed, and those that were not reached. */
export function restOf({ results, notReached }: Pick<Run, 'results' | 'notReached'>) {
  const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ bucket }) => bucket)
  return { failed: failed.length, notReached: notReached?.length ?? 0, buckets: [...failed, ...(notReached ?? [])] }
}

/** `Try the 3 that failed again`; null: nothing is left. */
export function restWords({ failed, notReached }: Pick<ReturnType<typeof restOf>, 'failed' | 'notReached'>) {
  if (failed > 0 && notReached > 0) return `Try the rest: ${count(failed)} failed, ${count(notReached)} not reached`
  if (notReached > 0) return `Try the rest: ${count(notReached)} not reached`
  return failed > 0 ? `Try the ${count(failed)} that failed again` : null
}

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
