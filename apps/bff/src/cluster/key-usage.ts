import type { KeyUsage, KeyUse } from '@strongroom/shared/key-deletion'
import type { Kms } from '@strongroom/shared/kms'
import { AppError } from '../errors.ts'
import type { Kes } from '../kes/transport.ts'
import { readInfo } from '../minio/info.ts'
import { readSites } from '../minio/site-replication.ts'
import { bucketsOnDrives, existing } from './bucket-names.ts'
import { observeBuckets } from './bucket-observation.ts'
import type { DriveReader } from './drive-reader.ts'
import { groupBy } from './group-by.ts'
import { systemVolume } from './inspect-source.ts'
import { type EndpointPolicies, policiesEverywhere } from './kes-denial.ts'
import type { MarkedKey } from './key-deletions.ts'
import { type BucketsSeen, bucketDefaultsUse } from './key-use-buckets.ts'
import { type DrivesRead, drivesUses } from './key-use-drives.ts'
import { otherClustersUse, type SitesSeen, sitesUse } from './key-use-elsewhere.ts'
import { lookAtObjects, type ObjectsSeen, objectsUse } from './key-use-objects.ts'
import { serverDefaultUse } from './key-use-server.ts'

/** With what the uses of a key are looked for. */
export interface UsageScope {
  readonly name: string
  /** With the caller's own credentials: what MinIO hides from them stays unknown. */
  readonly reader: DriveReader
  readonly kms: Kms
  /** The identity that observes; null: the console has no KES. */
  readonly kes: Kes | null
  /** See key-use-server.ts. */
  readonly configuredKey: string | null
  readonly nodesNamed: number
  readonly latest: DrivesRead | null
  /** See key-use-elsewhere.ts. */
  readonly known: ReadonlyMap<string, string>
  readonly statement: MarkedKey['otherClusters'] | null
  readonly now: Date
}

/** Where a key may be needed, and the policies that were read for it. */
export interface SeenUsage {
  readonly usage: KeyUsage
  /** Null: the console has no KES. */
  readonly policies: readonly EndpointPolicies[] | null
}

/**
 * Looks at every place in which a key may be needed. What can't be seen counts as use.
 *
 * @throws AppError `session-expired`, or what keeps MinIO from answering at all
 */
export async function seeKeyUsage(scope: UsageScope): Promise<SeenUsage> {
  const { name, reader, kms, kes, now, ...ground } = scope
  const at = now.toISOString()
  const [{ buckets, objects }, sites, inEtcd, policies] = await Promise.all([
    orTrouble(seeBuckets(scope)).then((seen) => ('trouble' in seen ? { buckets: seen, objects: seen } : seen)),
    orTrouble(seeSites(reader)),
    orTrouble(seeEtcd(reader)).then((seen) => ('trouble' in seen ? null : seen.inEtcd)),
    kes === null ? null : policiesEverywhere(kes),
  ])
  const uses = [
    serverDefaultUse({ name, kms, configuredKey: ground.configuredKey, nodesNamed: ground.nodesNamed }),
    bucketDefaultsUse(name, buckets),
    ...drivesUses(name, ground.latest, { now, inEtcd }),
    objectsUse(name, objects),
    sitesUse(sites),
    otherClustersUse({ name, everywhere: policies, known: ground.known, statement: ground.statement, at }),
  ]
  return { usage: { name, uses, ...judged(uses), checkedAt: at }, policies }
}

/** Sentences begin with the place, as people call it. */
const PLACES: Readonly<Record<KeyUse['place'], string>> = {
  'server-default': 'Default key',
  'bucket-defaults': 'Bucket defaults',
  'iam-items': 'IAM and config items',
  'config-history': 'Config history',
  'bucket-targets': 'Remote targets',
  tiers: 'Tiers',
  objects: 'Objects',
  sites: 'Other sites',
  'other-clusters': 'Other clusters',
}

/** One sentence for a use that is in the way. */
export const reasonOf = ({ place, detail, examples }: KeyUse) => `${PLACES[place]}: ${toldOf({ detail, examples })}`

/** As {@link reasonOf}; what is the same of several places is said once. */
export const reasonsOf = (uses: readonly KeyUse[]): string[] =>
  [...groupBy(uses, toldOf)].map(([told, same]) => `${same.map(({ place }) => PLACES[place]).join(', ')}: ${told}`)

const toldOf = ({ detail, examples }: Pick<KeyUse, 'detail' | 'examples'>) =>
  `${examples.length > 0 ? `${examples.join(', ')}. ` : ''}${detail}`

export const inTheWay = ({ verdict }: KeyUse) => verdict !== 'free'

const judged = (uses: readonly KeyUse[]) => {
  const reasons = uses.filter(inTheWay).map(reasonOf)
  return { reasons, deletable: reasons.length === 0 }
}

async function seeBuckets({ name, reader, kms }: UsageScope): Promise<{ buckets: BucketsSeen; objects: ObjectsSeen }> {
  const { minio, credentials } = reader
  const [buckets, drives] = await Promise.all([
    observeBuckets(minio, credentials, { defaults: kms }),
    systemVolume(reader).then((volume) => bucketsOnDrives(reader, volume)),
  ])
  const at = new Date().toISOString()
  const listed = new Set(buckets.map((bucket) => bucket.name))
  const hidden = drives.buckets.filter((each) => !listed.has(each))
  const unlisted = await existing(minio, credentials, hidden)
  const objects = await lookAtObjects(reader, name, { buckets: [...listed, ...unlisted], uploads: drives.uploads })
  return { buckets: { buckets, unlisted, at }, objects }
}

async function seeSites({ minio, credentials }: DriveReader): Promise<SitesSeen> {
  const at = new Date().toISOString()
  const sites = await readSites(minio, credentials)
  if (sites.length === 0) return { peers: [], at }
  const { deploymentId } = await readInfo(minio, credentials)
  return { peers: sites.filter((site) => site.deploymentId !== deploymentId), at }
}

/** Nodes differ while one was set up anew: one that keeps its users in etcd is enough. */
async function seeEtcd({ minio, credentials }: DriveReader): Promise<{ readonly inEtcd: boolean }> {
  const { nodes } = await readInfo(minio, credentials)
  return { inEtcd: nodes.some(({ env }) => Boolean(env?.MINIO_ETCD_ENDPOINTS)) }
}

async function orTrouble<T extends object>(ask: Promise<T>): Promise<T | { readonly trouble: string }> {
  try {
    return await ask
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'session-expired') throw error
    return { trouble: error.detail }
  }
}
