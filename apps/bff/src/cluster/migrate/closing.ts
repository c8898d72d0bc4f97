import type { AuditResult } from '../audit.ts'
import { isUnder } from './item-before.ts'
import type { Ledger } from './ledger.ts'

/** The last word of a run that came to its end. @param last what the drives hold now */
export function closing(ledger: Ledger, { audit, items }: AuditResult): string {
  const { header, ends, total, done } = ledger
  const { dryRun, pilot, defaultKey } = header
  const fixed = items.filter((item) => !item.movable && !isUnder(item, defaultKey)).length
  const rest = fixed > 0 ? ` ${fixed} can’t be moved by any call; each row says why.` : ''
  if (dryRun) return `Dry run: ${total} items would be moved ${ledger.way}. Nothing was written.${rest}`
  const left = ends.left > 0 ? ` ${ends.left} were left as they are; the report says why.` : ''
  if (pilot && audit.toMove > 0)
    return `Pilot: moved ${done} items, one of each kind. Look at them, then migrate the other ${audit.toMove}.${left}${rest}`
  const said = [
    `Moved ${ends.moved} items ${ledger.way}, each read back from the drives.`,
    ends.answers > 0 &&
      `${ends.answers} of them were compared by MinIO’s answers alone: the console holds no key that opens them.`,
    ends.edited > 0 && `${ends.edited} of them somebody edited meanwhile, so they were not compared.`,
    ends.there > 0 && `${ends.there} were there already when their turn came, and were not compared.`,
    ledger.doubtful.length > 0 &&
      `Earlier runs stopped at ${ledger.doubtful.join(', ')}, now under ${defaultKey}: hold against a backup.`,
    ledger.rewroteConfig && 'Moving config.json added one entry to the config history.',
  ]
  return said.filter((each) => each !== false).join(' ') + left + rest
}
