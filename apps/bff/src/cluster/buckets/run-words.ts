import type { BucketResult } from '@strongroom/shared/bucket-runs'
import type { Progress } from '../../jobs/job.ts'

/** The results have them all. */
const FAILURES_SHOWN = 20
const RECENT_SHOWN = 5

/** By bucket, in the order they were done. */
type Done = ReadonlyMap<string, BucketResult>

/** How far a run is, as its job shows it. */
export function progressOf(done: Done): Progress {
  const results = [...done.values()]
  const failures = results.filter(({ outcome }) => outcome === 'failed')
  return {
    done: results.length,
    failed: failures.length,
    recent: results
      .slice(-RECENT_SHOWN)
      .reverse()
      .map(({ bucket, outcome }) => `${bucket}: ${WORDS[outcome]}`),
    failures: failures.slice(0, FAILURES_SHOWN).map(({ bucket, reason }) => ({ item: bucket, reason: reason ?? '' })),
  }
}

const WORDS: Readonly<Record<BucketResult['outcome'], string>> = {
  changed: 'changed',
  already: 'so already',
  left: 'left as it is',
  failed: 'failed',
  'as-promised': 'as promised',
  'not-as-promised': 'not as promised',
  unpromised: 'sealed, promise not known',
  plain: 'plain',
}

/** `180 changed, 20 failed.` */
export function summaryOf(done: Done): string {
  if (done.size === 0) return 'No bucket was reached.'
  const results = [...done.values()]
  const counts = Object.entries(WORDS).map(
    ([kind, word]) => [results.filter(({ outcome }) => outcome === kind).length, word] as const,
  )
  return `${counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ')}.`
}
