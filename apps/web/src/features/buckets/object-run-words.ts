import type { ObjectOrder, ObjectRun } from '@strongroom/shared/object-encryption'
import { count, counted } from '../../lib/format.ts'
import { encryptionWords } from './seal-of-bucket.ts'

export const runTitle = ({ act, bucket, order }: Pick<ObjectRun, 'act' | 'bucket' | 'order'>) =>
  act === 'encrypt'
    ? `Encryption of the objects of ${bucket}`
    : `${order.dryRun ? 'Dry run: removal' : 'Removal'} of plain versions of ${bucket}`

const parts = { keep: 'kept', join: 'joined into one', leave: 'left as they are' }

/** How it was ordered, as facts; what the order does not say is left out. */
export function orderFacts({ mode, key, which, prefix, parts: layout, atOnce, accepted }: ObjectOrder) {
  const facts: [string, string][] = []
  if (mode) facts.push(['Sealed with', encryptionWords({ mode, key })])
  if (which) facts.push(['Which', which === 'plain' ? 'Objects in plaintext' : 'All that are not sealed so'])
  facts.push(['Below', prefix === '' ? 'the whole bucket' : prefix])
  if (layout) facts.push(['Several parts', parts[layout]])
  if (atOnce) facts.push(['Copies at once', String(atOnce)])
  if (accepted && accepted.length > 0) facts.push(['Accepted', accepted.join(', ')])
  return facts
}

/** What the figures mean, in one sentence: the act, the count, and whether anything is left to do. */
export function runSentence({ act, order, done, left, failed, already }: ObjectRun): string {
  const stay = left.reduce((sum, { count }) => sum + count, 0)
  const rest = [
    already > 0 && `${counted(already, act === 'encrypt' ? 'object' : 'version')} were so before`,
    stay > 0 && `${counted(stay, act === 'encrypt' ? 'object' : 'version')} left as they are`,
    failed > 0 && `${count(failed)} failed`,
  ].filter(Boolean)
  const head =
    act === 'encrypt'
      ? `${counted(done.count, 'object')} encrypted`
      : `${counted(done.count, 'plain version')} ${order.dryRun ? 'would be removed' : 'removed'}`
  return `${[head, ...rest].join('; ')}.`
}
