import type { Finding } from '@strongroom/shared/overview'
import type { WatchedKey } from './canaries.ts'
import { clock } from './observed.ts'

/** Beyond these a list of them all says more. */
const TOLD_ALONE = 5

/** Keys whose material is another one, or gone, as their canaries tell, by name. */
export function canaryFindings(canaries: readonly WatchedKey[]): Finding[] {
  const bad = canaries.filter(({ lastAnswer }) => isBad(lastAnswer.state))
  const told = bad.toSorted((one, other) => (one.name < other.name ? -1 : 1)).map(findingOf)
  if (told.length <= TOLD_ALONE) return told
  const names = bad.map(({ name }) => name).sort()
  const odd = oddOnes(bad)
  const at = odd.length === 0 ? '' : ` at ${odd.join(', ')}`
  return [
    {
      id: 'canaries',
      severity: 'critical',
      title: `${bad.length} keys in KES were replaced or are gone${at}`,
      detail: `${names.slice(0, TOLD_ALONE).join(', ')} … Do not restart MinIO. So many at once mean another keystore rather than other keys: see which folder or service KES runs on${at}, and whether it was restored from an old copy.`,
      action: { label: 'See the keys', href: '/keys' },
    },
  ]
}

const isBad = (state: WatchedKey['state']) => state === 'replaced' || state === 'missing'

type Endpoint = WatchedKey['endpoints'][number]
const saidLast = (endpoints: readonly Endpoint[], which: (state: Endpoint['state']) => boolean) =>
  endpoints.filter(({ lastAnswer }) => lastAnswer !== null && which(lastAnswer.state))

/** Endpoints that do not open what others open, by name; none where no endpoint is better than the others. */
const oddOnes = (bad: readonly WatchedKey[]): string[] =>
  bad.every(({ endpoints }) => saidLast(endpoints, (state) => state === 'opens').length > 0)
    ? [...new Set(bad.flatMap(({ endpoints }) => saidLast(endpoints, isBad).map(({ endpoint }) => endpoint)))].sort()
    : []

const findingOf = (watched: WatchedKey): Finding => {
  const opening = saidLast(watched.endpoints, (state) => state === 'opens')
  return opening.length === 0 ? lostFinding(watched) : differingFinding(watched, opening)
}

/** Which of them is right the console can't know: a canary is sealed by whichever answered first. */
function differingFinding({ name, endpoints, lastAnswer }: WatchedKey, opening: readonly Endpoint[]): Finding {
  const odd = saidLast(endpoints, isBad)
  const said = odd.map(
    ({ endpoint, state, lastAnswer }) =>
      `${endpoint} ${lastAnswer?.state === 'missing' ? 'has no key of this name' : 'has other material under this name'}${state === 'unknown' ? ' (and could not be asked since)' : ''}`,
  )
  return {
    id: `canary-${name}`,
    severity: 'critical',
    title: `KES endpoints differ on key ${name}: ${odd.map(({ endpoint }) => endpoint).join(', ')} ${odd.length === 1 ? 'does' : 'do'} not open what another sealed`,
    detail: `Seen at ${clock(lastAnswer.at)} on ${lastAnswer.at.slice(0, 10)}. ${opening.map(({ endpoint }) => endpoint).join(', ')} ${opening.length === 1 ? 'opens' : 'open'} it; ${said.join('; ')}. MinIO asks any of them, so what it writes by way of one may not open by way of another. Prove the key to see which of them opens this cluster’s data, take the other endpoint out of service, and see which keystore it runs on: an own folder in place of the shared one, another path or prefix, or a restored old copy. Do not restart MinIO before.`,
    action: { label: 'See the key', href: `/keys/${name}` },
  }
}

function lostFinding({ name, state, lastAnswer }: WatchedKey): Finding {
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
