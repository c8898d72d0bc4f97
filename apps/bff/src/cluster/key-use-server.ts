import type { KeyUse } from '@strongroom/shared/key-deletion'
import type { Kms } from '@strongroom/shared/kms'
import { placed } from './key-use-place.ts'

export interface ServerGround {
  readonly name: string
  readonly kms: Kms
  /** The key name configured for MinIO in the environment or env file that the console reads. */
  readonly configuredKey: string | null
  /** How many nodes STRONGROOM_MINIO_NODES names. */
  readonly nodesNamed: number
}

const { inUse, free, unknown } = placed('server-default')

/** Whether any node seals with this key what it writes now, or would after its next start. */
export function serverDefaultUse({ name, kms, configuredKey, nodesNamed }: ServerGround): KeyUse {
  const told = { at: kms.checkedAt, href: '/kms' }
  const nodes = kms.nodes.filter(({ defaultKey }) => defaultKey === name).map(({ endpoint }) => endpoint)
  if (nodes.length > 0 || kms.defaultKey === name)
    return inUse(
      'It is the default key: MinIO seals with it what it writes now, and does not start without it. Give every node another MINIO_KMS_KES_KEY_NAME and restart all of them together first.',
      { ...told, count: Math.max(nodes.length, 1), examples: nodes },
    )
  if (configuredKey === name)
    return inUse(
      'MINIO_KMS_KES_KEY_NAME names it in the settings that the console reads: MinIO would run on it after its next start. Name another key there, and start the console again.',
      { ...told, count: 1, examples: ['MINIO_KMS_KES_KEY_NAME'] },
    )
  const unseen = unseenNodes(kms, nodesNamed)
  if (unseen !== null) return unknown(unseen.detail, { ...told, examples: unseen.examples })
  return free(`${kms.nodes.length} of ${kms.nodes.length} nodes run on another default key.`, told)
}

function unseenNodes(kms: Kms, nodesNamed: number): { detail: string; examples: string[] } | null {
  if (kms.nodes.length === 0)
    return {
      detail: 'MinIO does not tell this account its nodes (admin:ServerInfo), so their default key is not known.',
      examples: [],
    }
  if (kms.nodes.length < nodesNamed)
    return {
      detail: `STRONGROOM_MINIO_NODES names ${nodesNamed} nodes, and MinIO tells of ${kms.nodes.length}: the others may run on any key. Bring them back, or correct the list.`,
      examples: [],
    }
  // The name of a static key is hidden in a node's variables: one node's answer speaks for all only while they agree.
  const untold = kms.nodes.filter(
    ({ kind, defaultKey }) =>
      (defaultKey === null && kind !== 'none') || (kind === 'static' && kms.nodesAgree !== true),
  )
  if (untold.length > 0)
    return {
      detail: `${untold.length} of ${kms.nodes.length} nodes do not tell their default key. See that they run, and look again.`,
      examples: untold.map(({ endpoint }) => endpoint),
    }
  if (kms.kind === 'unknown') return { detail: 'Which KMS MinIO runs on could not be told.', examples: [] }
  return null
}
