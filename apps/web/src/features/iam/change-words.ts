import type { AuditHead, ItemChange } from '@strongroom/shared/iam'
import { exact } from '../../lib/format.ts'
import type { Tone } from '../../ui/Note.tsx'

/** Worst first. */
export const changes: readonly { id: ItemChange; label: string; tone?: Tone }[] = [
  { id: 'regressed', label: 'Regressed', tone: 'critical' },
  { id: 'moved', label: 'Moved' },
  { id: 'appeared', label: 'Appeared' },
  { id: 'gone', label: 'Gone' },
  { id: 'rewritten', label: 'Rewritten' },
]

export const changeWord = (change: ItemChange) => changes.find(({ id }) => id === change)!.label

/** One audit in a list of them. */
export const auditWords = ({ takenAt, depth }: AuditHead) => `${exact(takenAt)}, ${depth}`

/**
 * Which two audits the URL asks for, of those kept (newest first): `to` is the newest where nothing is said, and `from`
 * the one before it. Null where there are not two.
 */
export function chosenAudits(audits: readonly AuditHead[], from: string, to: string) {
  const later = Math.max(
    0,
    audits.findIndex(({ id }) => id === to),
  )
  const earlier = audits.find(({ id }) => id === from) ?? audits[later + 1]
  const chosen = audits[later]
  return chosen && earlier ? { from: earlier, to: chosen } : null
}
