import type { IamItem, ItemKind } from '@strongroom/shared/iam'
import type { KeyUse } from '@strongroom/shared/key-deletion'
import type { AuditResult } from './audit.ts'
import { placed } from './key-use-place.ts'
import { plural } from './observed.ts'

const HOUR_MS = 60 * 60_000
/** Between two hosts' clocks. More, and the clock that dated the reading was wrong: how old it is can't be told. */
const AHEAD_MS = 60_000

/** What was read from the drives, and when. */
export type DrivesRead = Pick<AuditResult, 'audit' | 'items'>

interface Place {
  readonly place: KeyUse['place']
  readonly kinds: (kind: ItemKind) => boolean
  /** What lies there, one and many. */
  readonly what: readonly [one: string, many: string]
  readonly cure: string
}

const APART: readonly ItemKind[] = ['config-history', 'bucket-targets', 'tier-config']

const PLACES: readonly Place[] = [
  {
    place: 'iam-items',
    kinds: (kind) => !APART.includes(kind),
    what: ['IAM or config item', 'IAM and config items'],
    cure: 'MinIO can’t load its users without them. Migrate them to the default key, then read the drives again.',
  },
  {
    place: 'config-history',
    kinds: (kind) => kind === 'config-history',
    what: ['entry of the config history', 'entries of the config history'],
    cure: 'No call rewrites them. The command “mc admin config history --clear ALIAS” removes all of them; then read the drives again.',
  },
  {
    place: 'bucket-targets',
    kinds: (kind) => kind === 'bucket-targets',
    what: ['bucket’s remote targets', 'buckets’ remote targets'],
    cure: 'Replication stops without their credentials. Migrate them to the default key, or enter the secret of a target again; then read the drives again.',
  },
  {
    place: 'tiers',
    kinds: (kind) => kind === 'tier-config',
    what: ['tier configuration', 'tier configurations'],
    cure: 'It holds the credentials of every tier, and what lies there is out of reach without them. Migrate it, or enter the credentials of a tier again; then read the drives again.',
  },
]

/**
 * What the last audit saw sealed under this key: four places, from the drives.
 *
 * @param inEtcd what lies on the drives of users and policies is then what was there before etcd
 */
export const drivesUses = (name: string, latest: DrivesRead | null, { now, inEtcd }: DrivesGround): KeyUse[] =>
  PLACES.map((place) => judge(place, name, latest, { now, inEtcd: place.place === 'iam-items' ? inEtcd : false }))

export interface DrivesGround {
  readonly now: Date
  /** Whether a node keeps its users in etcd; null: it could not be told. */
  readonly inEtcd: boolean | null
}

function judge(
  { place, kinds, what, cure }: Place,
  name: string,
  latest: DrivesRead | null,
  ground: DrivesGround,
): KeyUse {
  const { inUse, free, unknown } = placed(place)
  if (latest === null) return unknown('The drives have not been read. Read them first.', { href: '/iam' })
  const { audit, items } = latest
  const href = `/iam?seal=${encodeURIComponent(`kms:${name}`)}`
  const mine = items.filter(({ kind }) => kinds(kind))
  const under = mine.filter(({ key }) => key === name)
  if (under.length > 0)
    return inUse(
      `${under.length} ${under.length === 1 ? `${what[0]} is` : `${what[1]} are`} sealed under it. ${cure}`,
      {
        count: under.length,
        examples: under.map(({ path }) => path),
        at: audit.takenAt,
        href,
      },
    )
  const doubt = doubtOfEtcd(ground.inEtcd) ?? doubtAbout(latest, ground.now) ?? doubtIn(mine)
  if (doubt !== null) return unknown(doubt.detail, { examples: doubt.examples, at: audit.takenAt, href: '/iam' })
  return free(
    `${mine.length === 0 ? `There are no ${what[1]}` : `Of ${plural(mine.length, what[0], what[1])} none is under it`}; ${audit.drives.observed} of ${audit.drives.observed} drives were read.`,
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

function doubtOfEtcd(inEtcd: boolean | null): Doubt | null {
  if (inEtcd === false) return null
  if (inEtcd === null)
    return doubt('Whether MinIO keeps its users in etcd could not be told: its nodes say so (admin:ServerInfo).')
  return doubt(
    'MinIO keeps its users and policies in etcd (MINIO_ETCD_ENDPOINTS), which the console can’t read: any key may seal them there.',
  )
}

/** What keeps the reading of the drives as a whole from speaking of now. */
function doubtAbout({ audit, items }: DrivesRead, now: Date): Doubt | null {
  const { observed, total } = audit.drives
  const ageMs = now.getTime() - Date.parse(audit.takenAt)
  if (ageMs > HOUR_MS) return doubt('The drives were read more than an hour ago. Read them again.')
  if (!(ageMs > -AHEAD_MS))
    return doubt(
      'The reading of the drives is dated later than now: set the clock of this host right, and read them again.',
    )
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
      `Of ${stale.length} some drives hold older copies, which any key may have sealed. Heal them (mc admin heal), and read the drives again.`,
      stale,
    )
  return null
}
