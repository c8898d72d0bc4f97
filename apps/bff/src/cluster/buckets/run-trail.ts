import type { Intent, Trail } from '../../custody/trail.ts'
import { AppError } from '../../errors.ts'
import type { EncryptionAct } from './run-encryption.ts'
import { summaryOf } from './run-words.ts'
import type { RunEnding } from './run-work.ts'

/** The names of so many buckets fit into a line. */
const NAMED = 5

/** What a run leaves in the audit trail: an entry for its start and one for its end, however many buckets it is for. */
export interface RunTrail {
  /** @throws AppError `unsafe-now` when it can't be written: nothing was started. What `start` throws. */
  readonly started: <T extends { readonly id: string }>(start: () => Promise<T>) => Promise<T>
  /**
   * Never rejects: the buckets are as they are by then.
   *
   * @param by everybody under whose credentials it ran: the entry is of who started it
   */
  readonly ended: (id: string, ending: RunEnding, by: readonly string[]) => Promise<void>
}

/**
 * @param intent without the act
 * @param onTrouble told when the end could not be written
 */
export function runTrail(
  trail: Pick<Trail, 'recorded'>,
  intent: Pick<Intent, 'account' | 'requestId'>,
  { act, buckets }: { readonly act: EncryptionAct; readonly buckets: readonly string[] },
  onTrouble: (cause: unknown) => void,
): RunTrail {
  const target = buckets.length === 1 ? buckets[0]! : `${buckets.length} buckets`
  return {
    started: (start) =>
      trail.recorded(
        { ...intent, act: 'start-bucket-run', target },
        start,
        ({ id }) => `${actWords(act)}: ${namesOf(buckets)}, as job ${id}.`,
      ),
    ended: async (id, ending, by) => {
      const words = `Job ${id}: ${endingWords(ending, buckets.length)}${by.length > 1 ? ` Ran under ${by.join(', ')}.` : ''}`
      const cut = ending.whole ? null : new AppError('conflict', `${words} It did not come to its end.`)
      const outcome = () => (cut === null ? Promise.resolve() : Promise.reject(cut))
      await trail
        .recorded({ ...intent, act: 'end-bucket-run', target }, outcome, () => words)
        .catch((error: unknown) => error === cut || onTrouble(error))
    },
  }
}

function endingWords({ results, underWay }: RunEnding, total: number): string {
  const open = total - results.size - underWay
  const words = results.size === 0 && underWay > 0 ? [] : [summaryOf(results)]
  if (underWay > 0) words.push(`${underWay} still under way when it ended: look at them.`)
  if (open > 0) words.push(`${open} not reached.`)
  return words.join(' ')
}

function actWords(act: EncryptionAct): string {
  if (act.kind === 'clear') return 'Clears the default encryption'
  const keys = act.createKeys ? ', and makes keys that are not there' : ''
  if (act.kind === 'house') return `Brings back what the rules of the house say${keys}`
  return `Sets ${act.mode === 'sse-s3' ? 'SSE-S3' : `SSE-KMS under ${act.key}`}${keys}`
}

function namesOf(buckets: readonly string[]): string {
  const more = buckets.length - NAMED
  return buckets.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
