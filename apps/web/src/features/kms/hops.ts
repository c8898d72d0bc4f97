import type { KesHop } from '@strongroom/shared/kms'
import type { IconName } from '../../ui/Icon.tsx'

export const hopWords: Record<KesHop['hop'], string> = {
  address: 'Address',
  connection: 'Connection',
  'server-certificate': 'Server certificate',
  'client-certificate': 'Client certificate',
  clock: 'Clock',
  policy: 'Policy',
  keystore: 'Keystore',
  'default-key': 'Default key',
}

export const hopLooks: Record<KesHop['state'], { icon: IconName; word: string; ink: string }> = {
  holds: { icon: 'good', word: 'Holds', ink: 'text-good' },
  broken: { icon: 'critical', word: 'Broken', ink: 'text-critical' },
  'not-reached': { icon: 'waiting', word: 'Not reached', ink: 'text-muted' },
  unknown: { icon: 'unknown', word: 'Not known', ink: 'text-muted' },
}

/** Where to look first: all that comes after it may be broken by it alone. */
export const firstBroken = (hops: readonly KesHop[]) => hops.find(({ state }) => state === 'broken')

/** Said of the whole way at once, for those who do not see the line. */
export function wayWords(hops: readonly KesHop[]) {
  const broken = firstBroken(hops)
  if (broken) return `Broken at: ${hopWords[broken.hop]}.`
  const unknown = hops.filter(({ state }) => state !== 'holds')
  if (unknown.length === 0) return `All ${hops.length} hops hold.`
  return `${hops.length - unknown.length} of ${hops.length} hops hold; not known: ${unknown.map(({ hop }) => hopWords[hop].toLowerCase()).join(', ')}.`
}
