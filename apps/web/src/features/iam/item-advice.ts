import type { IamItem } from '@strongroom/shared/iam'
import type { Tone } from '../../ui/Note.tsx'
import { isUnderDefault } from './item-seal.ts'

export interface ItemAdvice {
  readonly tone: Tone
  readonly title: string
  readonly detail: string
}

const holdsSecretOfOthers = ({ kind }: Pick<IamItem, 'kind'>) => kind === 'tier-config' || kind === 'bucket-targets'

/** Secrets of other systems: only whoever has them can have them sealed anew. */
export const wantsSecret = (item: Pick<IamItem, 'kind' | 'state' | 'key'>, defaultKey: string | null) =>
  holdsSecretOfOthers(item) && item.state !== 'unreadable' && !isUnderDefault(item, defaultKey)

/** What to do about an item, or why nothing is needed. */
export function itemAdvice(item: IamItem, defaultKey: string | null): ItemAdvice {
  const { note } = item
  if (item.opened === 'failed')
    return {
      tone: 'critical',
      title: 'It could not be opened',
      detail:
        note ??
        'What its header names does not open it. Delete no key and change no password before this is understood.',
    }
  if (item.own)
    return {
      tone: 'info',
      title: 'Nothing is needed',
      detail: 'A console session holds this temporary credential; it goes when the session ends.',
    }
  if (isUnderDefault(item, defaultKey))
    return {
      tone: 'good',
      title: 'Nothing is needed',
      // Of other systems' secrets the note says how to bring them where this one is.
      detail: (holdsSecretOfOthers(item) ? undefined : note) ?? 'The default KMS key seals it.',
    }
  if (item.movable)
    return defaultKey === null
      ? {
          tone: 'info',
          title: 'It could be moved',
          detail: 'MinIO has no KMS yet; with one, a migration writes it anew under the default key.',
        }
      : {
          tone: 'info',
          title: 'A migration can move it',
          detail: note ?? 'It is written anew through MinIO, which seals it with the default key.',
        }
  return { tone: 'warning', title: 'A migration does not move it', detail: note ?? 'No reason is known.' }
}
