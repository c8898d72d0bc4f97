import type { Kms } from '@strongroom/shared/kms'
import { AppError } from '../../errors.ts'
import { iamLoaded } from '../../minio/iam-loaded.ts'
import { readInfo } from '../../minio/info.ts'
import { keyStatus, kmsStatus } from '../../minio/kms.ts'
import { isRebalancing, readPools } from '../../minio/pools.ts'
import { readSites, type Site } from '../../minio/site-replication.ts'
import { type Credentials, connectMinio, type Minio } from '../../minio/transport.ts'

/**
 * What MinIO writes now is sealed by its default key, so far as that can be told.
 *
 * @returns that key
 */
export function requireSealing(kms: Kms): string {
  if (kms.kind === 'none') {
    throw new AppError(
      'kms-not-configured',
      'MinIO has no KMS, so a rewrite would store every item in plaintext. Configure one first.',
    )
  }
  if (kms.kind === 'unknown' || kms.defaultKey === null) {
    throw new AppError('upstream-failed', 'MinIO does not say which KMS key it uses, so nothing is rewritten.')
  }
  if (kms.keyWorks !== true) {
    throw new AppError(
      'unsafe-now',
      `The default key ${kms.defaultKey} does not work: ${kms.keyError ?? 'its round trip could not be tried'}. Nothing is rewritten.`,
    )
  }
  if (kms.nodesAgree === false) {
    throw new AppError(
      'unsafe-now',
      'Nodes run on different KMS settings, so some would seal with another key, or with none. The KMS page shows them. Make them agree first. Nothing is rewritten.',
    )
  }
  return kms.defaultKey
}

/**
 * What must hold before the first rewrite. A server that has not loaded IAM answers 200 to a write and stores it in
 * plaintext, so this is asked right before, not taken from a page.
 *
 * @returns the key that items are moved to
 */
export function requireMigratable(kms: Kms): string {
  const defaultKey = requireSealing(kms)
  if (kms.iamLoaded === null) {
    throw new AppError(
      'iam-not-loaded',
      'Whether MinIO has loaded its users could not be told, and a write before that would be lost or stored in plaintext. Try again in a moment.',
    )
  }
  if (!kms.iamLoaded) {
    throw new AppError(
      'iam-not-loaded',
      'MinIO has not loaded its users and policies. A write now would be lost or stored in plaintext, so nothing is rewritten.',
    )
  }
  return defaultKey
}

export interface GuardAccess {
  readonly minio: Minio
  /** Those that the rewrites are made with: at other sites they must be good too. */
  readonly credentials: Credentials
  /** PEM of the authority behind the certificates of other sites, as behind MinIO’s own; the system’s otherwise. */
  readonly ca?: string | null
  /** See {@link NodesAccess}. */
  readonly namedNodes?: readonly URL[]
}

/**
 * Asks MinIO right before the first rewrite whether anything goes on that a rewrite must not meet. What the account may not
 * ask counts as no: the missing right is named.
 *
 * @throws AppError `unsafe-now` while drives heal, a pool is emptied or pools are rebalanced, and where another site has no
 *   working KMS or can't be looked at; `not-allowed`, `session-expired` …
 */
export async function requireUndisturbed(access: GuardAccess): Promise<void> {
  const { minio, credentials } = access
  const [info, pools, sites] = await Promise.all([
    told('Whether drives heal', readInfo(minio, credentials)),
    told('Whether a pool is emptied', readPools(minio, credentials)),
    told('Whether other sites replicate this one', readSites(minio, credentials)),
  ])
  const healing = info.nodes.flatMap(({ drivesHealing }) => drivesHealing)
  if (healing.length > 0)
    throw unsafe(
      `MinIO fills a replaced drive anew: ${healing.join(', ')}. Until it has, one more loss may cost items. Wait until “mc admin heal” reports no drive.`,
    )
  for (const { name, decommission } of pools) {
    if (decommission === 'running')
      throw unsafe(`MinIO empties the pool ${name}, and moves the same items. Wait for its end, or cancel it.`)
    if (decommission === 'failed')
      throw unsafe(
        `Emptying the pool ${name} has failed, so items may lie in two pools. Start it again and wait for its end, or cancel it.`,
      )
  }
  if (pools.length > 1 && (await told('Whether pools are rebalanced', isRebalancing(minio, credentials))))
    throw unsafe('MinIO rebalances its pools. Wait for its end, or stop it with “mc admin rebalance stop”.')
  await Promise.all(
    sites.filter(({ deploymentId }) => deploymentId !== info.deploymentId).map((site) => requirePeer(access, site)),
  )
}

const unsafe = (detail: string) => new AppError('unsafe-now', `${detail} Nothing is rewritten.`)

async function told<T>(what: string, ask: Promise<T>): Promise<T> {
  try {
    return await ask
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'session-expired') throw error
    throw new AppError(error.code, `${what} could not be told, so nothing is rewritten. ${error.detail}`, {
      cause: error.cause,
    })
  }
}

/** Each rewrite reaches the other sites, and each seals with its own KMS: one without stores the item in plaintext. */
async function requirePeer({ minio, credentials, ca = null }: GuardAccess, { name, endpoint }: Site) {
  const site = `the site ${name} (${endpoint})`
  const peer = connectMinio({ endpoint: new URL(endpoint), region: minio.region, ...(ca !== null && { ca }) })
  try {
    await atPeer(site, kmsStatus(peer, credentials))
    const { key, works, error } = await atPeer(site, keyStatus(peer, credentials))
    if (!works) throw unsafe(`The default key ${key} of ${site} does not work: ${error}.`)
    const iam = await iamLoaded(peer, credentials)
    if (!iam.loaded)
      throw unsafe(`At ${site} a rewrite could be lost or stored in plaintext, as to its users: ${iam.detail}`)
  } finally {
    await peer.close()
  }
}

async function atPeer<T>(site: string, ask: Promise<T>): Promise<T> {
  try {
    return await ask
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw unsafe(`${peerTrouble(site, error)} Rewritten items are copied there.`)
  }
}

function peerTrouble(site: string, { code, detail }: AppError): string {
  if (code === 'kms-not-configured')
    return `There is no KMS at ${site}, so it would store what is rewritten in plaintext. Configure one there first.`
  if (code === 'session-expired')
    return `The KMS of ${site} can’t be looked at: it does not know these credentials. Sign out and in again: a site may forget sign-ins when it restarts. Those of the root user are carried to no other site: as root, start the migration as a user who has the rights.`
  return `The KMS of ${site} can’t be looked at: ${detail}`
}
