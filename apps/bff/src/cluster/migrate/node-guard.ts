import { AppError } from '../../errors.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import { iamLoaded } from '../../minio/iam-loaded.ts'
import type { MinioNode } from '../../minio/info.ts'
import { keyStatus, kmsStatus } from '../../minio/kms.ts'
import { type Credentials, isTimeout, type Minio } from '../../minio/transport.ts'
import { addressesOf, differingNodes } from '../node-kms.ts'
import { waitsForKes } from '../waits-for-kes.ts'

export interface NodesAccess {
  readonly minio: Minio
  /** Temporary ones: whether a node knows them shows that it opens what another one seals. */
  readonly credentials: Credentials
  /** Where nodes are asked, in place of the addresses that MinIO tells; empty or absent: at those. */
  readonly namedNodes?: readonly URL[]
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
  { minio, credentials, namedNodes = [] }: NodesAccess,
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
  const others = addressesOf(nodes, namedNodes).filter(({ url }) => url.host !== minio.host)
  if (others.length === 0) return
  const reference = await kmsStatus(minio, credentials)
  await Promise.all(others.map(({ name, url }) => requireNode({ minio: minio.at(url), credentials }, name, reference)))
}

type KmsStatus = Awaited<ReturnType<typeof kmsStatus>>

async function requireNode({ minio, credentials }: NodesAccess, name: string, reference: KmsStatus) {
  const node = `The node ${name}`
  let reached = false
  try {
    const status = await kmsStatus(minio, credentials)
    reached = true
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
    if (error.code === 'unsafe-now') throw error
    if (!reached && !(await isMinio(minio, error))) return
    if (error.code === 'kms-not-configured')
      throw unsafe(`${node} has no KMS, so it would store what is rewritten in plaintext. Configure one there first.`)
    if (error.code === 'session-expired' || error.code === 'iam-not-loaded')
      throw unsafe(
        `${node} does not know credentials that another node has made. Either it has not loaded its users, or it can’t open what the others seal, so its KMS key is another one: see its log. Or another cluster has that address where the console runs: then name the nodes’ own in STRONGROOM_MINIO_NODES.`,
      )
    if (error.code === 'upstream-unreachable') throw unsafe(`${node} does not answer as it should: ${error.detail}`)
    throw new AppError(error.code, `${node}: ${error.detail}`, { cause: error.cause })
  }
}

/**
 * Whether it is MinIO that did not do as asked: one that starts, or that waits for a KES which it alone can't reach. Else
 * nothing is there for the console, or something else: behind a network of containers any name may lead to an ingress.
 */
async function isMinio(minio: Minio, failure: AppError): Promise<boolean> {
  if (waitsForKes(failure)) return true
  const said = minioErrorIn(failure)
  if (said !== undefined) return said.code !== ''
  if (!isTimeout(failure)) return false
  try {
    // Unsigned: refused before MinIO asks its KMS for anything.
    await minio.send({ method: 'GET', path: '/', timeoutMs: 2_000 })
    return false
  } catch (error) {
    return (minioErrorIn(error)?.code ?? '') !== ''
  }
}

const inWords = ({ name, defaultKey }: KmsStatus) => `${defaultKey ?? '–'} (${name})`

const namesOf = (nodes: readonly string[]) =>
  nodes.length === 1 ? `The node ${nodes[0]}` : `Each of the nodes ${nodes.join(', ')}`

const unsafe = (detail: string) => new AppError('unsafe-now', `${detail} Nothing is rewritten.`)
