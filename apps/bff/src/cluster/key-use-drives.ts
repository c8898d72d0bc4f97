import type { IamItem, ItemKind } from '@strongroom/shared/iam'
import type { KeyUse } from '@strongroom/shared/key-deletion'
import type { AuditResult } from './audit.ts'
import { placed } from './key-use-place.ts'

const HOUR_MS = 60 * 60_000

/** What was read from the drives, and when. */
export type DrivesRead = Pick<AuditResult, 'audit' | 'items'>

interface Place {
  readonly place: KeyUse['place']
  readonly kinds: (kind: ItemKind) => boolean
  /** What lies there. */
  readonly what: string
  readonly cure: string
}

const APART: readonly ItemKind[] = ['config-history', 'bucket-targets', 'tier-config']

const PLACES: readonly Place[] = [
  {
    place: 'iam-items',
    kinds: (kind) => !APART.includes(kind),
    what: 'IAM and config items',
    cure: 'MinIO can’t load its users without them. Migrate them to the default key, then read the drives again.',
  },
  {
    place: 'config-history',
    kinds: (kind) => kind === 'config-history',
    what: 'entries of the config history',
    cure: 'No call rewrites them. `mc admin config history --clear ALIAS` removes all of them; then read the drives again.',
  },
  {
    place: 'bucket-targets',
    kinds: (kind) => kind === 'bucket-targets',
    what: 'buckets’ remote targets',
    cure: 'Replication stops without their credentials. Migrate them to the default key, or enter the secret of a target again; then read the drives again.',
  },
  {
    place: 'tiers',
    kinds: (kind) => kind === 'tier-config',
    what: 'tier configurations',
    cure: 'It holds the credentials of every tier, and what lies there is out of reach without them. Migrate it, or enter the credentials of a tier again; then read the drives again.',
  },
]

/** What the last audit saw sealed under this key: four places, from the drives. */
export const drivesUses = (name: string, latest: DrivesRead | null, now: Date): KeyUse[] =>
  PLACES.map((place) => judge(place, name, latest, now))

function judge({ place, kinds, what, cure }: Place, name: string, latest: DrivesRead | null, now: Date): KeyUse {
  const { inUse, free, unknown } = placed(place)
  if (latest === null) return unknown('The drives have not been read. Read them first.', { href: '/iam' })
  const { audit, items } = latest
  const href = `/iam?seal=${encodeURIComponent(`kms:${name}`)}`
  const mine = items.filter(({ kind }) => kinds(kind))
  const under = mine.filter(({ key }) => key === name)
  if (under.length > 0)
    return inUse(`${under.length} ${what} ${under.length === 1 ? 'is' : 'are'} sealed under it. ${cure}`, {
      count: under.length,
      examples: under.map(({ path }) => path),
      at: audit.takenAt,
      href,
    })
  const doubt = doubtAbout(latest, now) ?? doubtIn(mine)
  if (doubt !== null) return unknown(doubt.detail, { examples: doubt.examples, at: audit.takenAt, href: '/iam' })
  return free(
    `Of ${mine.length} ${what} none is under it; ${audit.drives.observed} of ${audit.drives.observed} drives were read.`,
    {
      at: audit.takenAt,
      href,
    },
  )
}

interface Doubt {
  readonly detail: string
  readonly examples: readonly string[]
}

const doubt = (detail: string, items: readonly IamItem[] = []): Doubt => ({
  detail,
  examples: items.map(({ path }) => path),
})

/** What keeps the reading of the drives as a whole from speaking of now. */
function doubtAbout({ audit, items }: DrivesRead, now: Date): Doubt | null {
  const { observed, total } = audit.drives
  if (now.getTime() - Date.parse(audit.takenAt) > HOUR_MS)
    return doubt('The drives were read more than an hour ago. Read them again.')
  if (total === null) return doubt('How many drives the cluster has is not known, so some may not have been read.')
  if (observed < total)
    return doubt(`Only ${observed} of ${total} drives were read. Bring the others back, and read them again.`)
  if (!items.some(({ path }) => path.startsWith('config/iam/')))
    return doubt(
      'There is nothing of users and policies on the drives: they may be kept in etcd, which the console can’t read.',
    )
  return null
}

function doubtIn(items: readonly IamItem[]): Doubt | null {
  const unreadable = items.filter(({ state }) => state === 'unreadable')
  if (unreadable.length > 0)
    return doubt(
      `${unreadable.length} could not be read, so what seals them is not known. Heal or remove them, and read the drives again.`,
      unreadable,
    )
  const stale = items.filter((item) => (item.stale ?? 0) > 0)
  if (stale.length > 0)
    return doubt(
      `Of ${stale.length} some drives hold older copies, which any key may have sealed. Heal them (\`mc admin heal\`), and read the drives again.`,
      stale,
    )
  return null
}
