import type { IamItem } from '@strongroom/shared/iam'
import type { Tone } from '../../ui/Note.tsx'

/** What became of the attempt to open an item. */
export const openedWords: Record<NonNullable<IamItem['opened']>, { label: string; tone: Tone }> = {
  opened: { label: 'Opened', tone: 'good' },
  'no-key': { label: 'No key at hand', tone: 'info' },
  failed: { label: 'Failed to open', tone: 'critical' },
}
