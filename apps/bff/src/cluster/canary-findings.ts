import type { Finding } from '@strongroom/shared/overview'
import type { WatchedKey } from './canaries.ts'
import { clock } from './observed.ts'

/** Beyond these a list of them all says more. */
const TOLD_ALONE = 5

/** Keys whose material is another one, or gone, as their canaries tell, by name. */
export function canaryFindings(canaries: readonly WatchedKey[]): Finding[] {
  const bad = canaries.filter(({ lastAnswer }) => lastAnswer.state === 'replaced' || lastAnswer.state === 'missing')
  const told = bad.toSorted((one, other) => (one.name < other.name ? -1 : 1)).map(findingOf)
  if (told.length <= TOLD_ALONE) return told
  const names = bad.map(({ name }) => name).sort()
  return [
    {
      id: 'canaries',
      severity: 'critical',
      title: `${bad.length} keys in KES were replaced or are gone`,
      detail: `${names.slice(0, TOLD_ALONE).join(', ')} … Do not restart MinIO. So many at once mean another keystore rather than other keys: see which folder or service KES runs on, and whether it was restored from an old copy.`,
      action: { label: 'See the keys', href: '/keys' },
    },
  ]
}

function findingOf({ name, state, lastAnswer }: WatchedKey): Finding {
  const replaced = lastAnswer.state === 'replaced'
  const when = `Seen at ${clock(lastAnswer.at)} on ${lastAnswer.at.slice(0, 10)}.`
  const since = state === 'unknown' ? ' KES could not be asked since.' : ''
  return {
    id: `canary-${name}`,
    severity: 'critical',
    title: replaced ? `Key ${name} in KES was replaced` : `Key ${name} in KES is gone`,
    detail: replaced
      ? `${when}${since} KES no longer opens what it sealed under this name before. Do not restart MinIO: what it sealed under the former material opens only while KES still holds that in memory. Bring back the keystore from a backup, or remove the wrong key and import the right material from its source; then prove it.`
      : `${when}${since} Do not restart MinIO or KES. Bring the key back from a backup of the keystore, or import its material from its source; a key that is made anew under the name opens nothing of what is there.`,
    action: { label: 'See the key', href: `/keys/${name}` },
  }
}
