import type { ObjectRun } from '@strongroom/shared/object-encryption'

/** Whether a run is the dry run of a removal below `prefix`, come to its end. */
export const isDryRunOf = (run: ObjectRun | null, prefix: string) =>
  run !== null &&
  run.act === 'remove-plain' &&
  run.endedAt !== null &&
  run.order.dryRun === true &&
  run.order.prefix === prefix

/** Why versions can't be removed now; null: they can. */
export function whyNotRemove(rehearsed: ObjectRun | null, typed: string, bucket: string): string | null {
  if (rehearsed === null) return 'Hold a dry run first, below the same prefix.'
  if (rehearsed.done.count === 0) return 'The dry run found nothing to remove.'
  return typed === bucket ? null : 'Type the name first.'
}
