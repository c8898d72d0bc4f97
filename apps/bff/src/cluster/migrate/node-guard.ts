import { AppError } from '../../errors.ts'
import { iamLoaded } from '../../minio/iam-loaded.ts'
import type { MinioNode } from '../../minio/info.ts'
import { keyStatus, kmsStatus } from '../../minio/kms.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { differingNodes } from '../node-kms.ts'

export interface NodesAccess {
  readonly minio: Minio
  /** Temporary ones: whether a node knows them shows that it opens what another one seals. */
  readonly credentials: Credentials
}

/**
 * Every node reports the same KMS and key: each seals what it is asked to write, and all must open it. What they tell of
 * their settings is compared, and each is asked itself, past what stands in front of them; a node that is online and that
 * the console can't reach is judged by its settings alone, in which static keys can't be told apart.
 *
 * @param away whether a node that does not answer the others is in the way: before a job, not in the middle of one, which
 *   goes on with those that are left
 * @throws AppError `unsafe-now` naming the node
 */
export async function requireSameKms(
  { minio, credentials }: NodesAccess,
  nodes: readonly MinioNode[],
  away: 'refused' | 'passed',
): Promise<void> {
  const silent = nodes.filter(({ state }) => state === 'offline' || state === 'initializing')
  if (silent.length > 0 && away === 'refused')
    throw unsafe(
      `${namesOf(silent.map(({ endpoint }) => endpoint))} can’t be asked which KMS key it seals with: MinIO calls it ${silent[0]!.state}. Bring it back first.`,
    )
  const difference = differingNodes(nodes)
  if (difference !== null)
    throw unsafe(
      `${namesOf(difference.nodes)} runs on other KMS settings than ${difference.unlike} (${difference.variables.join(', ')}), so each would seal with its own key. Give all nodes the same lines, and restart them together.`,
    )
  const others = nodes.filter(({ url, state }) => url !== null && url.host !== minio.host && state === 'online')
  if (others.length === 0) return
  const reference = await kmsStatus(minio, credentials)
  await Promise.all(
    others.map(({ endpoint, url }) => requireNode({ minio: minio.at(url!), credentials }, endpoint, reference)),
  )
}

type KmsStatus = Awaited<ReturnType<typeof kmsStatus>>

async function requireNode({ minio, credentials }: NodesAccess, name: string, reference: KmsStatus) {
  const node = `The node ${name}`
  try {
    const status = await kmsStatus(minio, credentials)
    if (status.name !== reference.name || status.defaultKey !== reference.defaultKey)
      throw unsafe(
        `${node} seals with the key ${inWords(status)}, and others with ${inWords(reference)}. Make them agree first.`,
      )
    const { key, works, error } = await keyStatus(minio, credentials)
    if (!works) throw unsafe(`At ${name} the default key ${key} does not work: ${error}.`)
    const iam = await iamLoaded(minio, credentials)
    if (!iam.loaded) throw unsafe(`${node} could lose a write, or store it in plaintext: ${iam.detail}`)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'upstream-unreachable') return
    if (error.code === 'kms-not-configured')
      throw unsafe(`${node} has no KMS, so it would store what is rewritten in plaintext. Configure one there first.`)
    if (error.code === 'session-expired' || error.code === 'iam-not-loaded')
      throw unsafe(
        `${node} does not know credentials that another node has made. Either it has not loaded its users, or it can’t open what the others seal, so its KMS key is another one. See its log.`,
      )
    throw error
  }
}

const inWords = ({ name, defaultKey }: KmsStatus) => `${defaultKey ?? '–'} (${name})`

const namesOf = (nodes: readonly string[]) =>
  nodes.length === 1 ? `The node ${nodes[0]}` : `Each of the nodes ${nodes.join(', ')}`

const unsafe = (detail: string) => new AppError('unsafe-now', `${detail} Nothing is rewritten.`)
