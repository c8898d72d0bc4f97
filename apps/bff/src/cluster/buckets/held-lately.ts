import type { Lease } from '../../jobs/lease.ts'

/** A holder counts as gone after ten quiet seconds: what was so a moment ago still is. */
const MOMENT_MS = 250

/** As {@link Lease.requireHeld}, for many writes at once: they share a look at the folder. */
export function heldLately(lease: Pick<Lease, 'requireHeld'>): () => Promise<void> {
  let looked: Promise<void> = Promise.resolve()
  let since = Number.NEGATIVE_INFINITY
  return () => {
    if (performance.now() - since > MOMENT_MS) {
      since = performance.now()
      looked = lease.requireHeld()
    }
    return looked
  }
}
