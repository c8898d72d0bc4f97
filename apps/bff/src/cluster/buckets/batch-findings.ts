import type { Finding } from '@strongroom/shared/overview'
import { plural } from '../observed.ts'
import { type BatchOrder, keyIsOpen } from './batch-orders.ts'

const DAY_MS = 24 * 3_600_000
/** A start takes far less; what has no job after it never got one, or its console ended in between. */
const START_MS = 10 * 60_000

/** Access keys that were made for batch jobs and should be gone, or soon. */
export function batchFindings(orders: readonly BatchOrder[], now: Date): Finding[] {
  const old = orders.filter((order) => keyIsOpen(order, now) && lastsTooLong(order, now))
  const [first] = old
  if (first === undefined) return []
  const ended = old.filter(({ ended }) => ended !== null).length
  const names = [...new Set(old.map(({ bucket }) => bucket))]
  const told = names.slice(0, 5).join(', ') + (names.length > 5 ? ' …' : '')
  return [
    {
      id: 'batch-leftovers',
      severity: 'warning',
      title: `${plural(old.length, 'access key')} for batch jobs ${old.length === 1 ? 'is' : 'are'} still there`,
      detail: `Made for copying ${told}${ended > 0 ? `; ${plural(ended, 'job')} of them ${ended === 1 ? 'has' : 'have'} ended` : ''}. MinIO keeps them with their secrets in plaintext on the drives until the jobs are cancelled. See whether the jobs still run, and clear up after those that don’t.`,
      action: { label: 'See the batch jobs', href: '/buckets/~batch' },
    },
  ]
}

function lastsTooLong({ ended, jobId, orderedAt }: BatchOrder, now: Date): boolean {
  const age = now.getTime() - Date.parse(orderedAt)
  return ended !== null || age > DAY_MS || (jobId === null && age > START_MS)
}
