import { AppError } from '../errors.ts'
import type { MinioNode } from '../minio/info.ts'
import { kmsStatus } from '../minio/kms.ts'
import type { Credentials, Minio } from '../minio/transport.ts'

/** Nodes that run on other KMS settings than most; where there is no majority, than one with more settings. */
export interface NodeDifference {
  readonly nodes: readonly string[]
  /** One of the others. */
  readonly unlike: string
  /** Names of the variables that differ. */
  readonly variables: readonly string[]
}

type Settings = Readonly<Record<string, string>>

/**
 * Compares what the nodes tell of their `MINIO_KMS_*`; those that tell nothing are passed over. Secret values come
 * redacted, so two static keys look like one: see {@link askNodes}.
 */
export function differingNodes(nodes: readonly MinioNode[]): NodeDifference | null {
  const groups = new Map<string, { endpoints: string[]; settings: Settings }>()
  for (const { endpoint, env } of nodes) {
    if (env === null) continue
    const entries = Object.entries(env).filter(([name]) => name.startsWith('MINIO_KMS_'))
    const shown = JSON.stringify(entries.sort())
    const group = groups.get(shown) ?? { endpoints: [], settings: Object.fromEntries(entries) }
    groups.set(shown, { ...group, endpoints: [...group.endpoints, endpoint] })
  }
  const [most, ...others] = [...groups.values()].sort(
    (one, other) => other.endpoints.length - one.endpoints.length || sizeOf(other) - sizeOf(one),
  )
  if (most === undefined || others.length === 0) return null
  const names = new Set([...groups.values()].flatMap(({ settings }) => Object.keys(settings)))
  const differs = (name: string) => others.some(({ settings }) => settings[name] !== most.settings[name])
  return {
    nodes: others.flatMap(({ endpoints }) => endpoints),
    unlike: most.endpoints[0]!,
    variables: [...names].filter(differs).sort(),
  }
}

const sizeOf = ({ settings }: { settings: Settings }) => Object.keys(settings).length

/** How long a page waits for a node that the console may not reach at all. */
const PATIENCE_MS = 1_000

export type NodeSays = Awaited<ReturnType<typeof kmsStatus>> | AppError

/** A node, and where the console asks it. */
export interface NodeAddress {
  /** `host:port` */
  readonly name: string
  readonly url: URL
}

/**
 * @param named addresses that the administrator gave: they are asked in place of those that MinIO tells, which may lead
 *   elsewhere from where the console runs
 */
export function addressesOf(nodes: readonly MinioNode[], named: readonly URL[]): NodeAddress[] {
  if (named.length > 0) return named.map((url) => ({ name: url.host, url }))
  return nodes.flatMap(({ endpoint, url, state }) =>
    url !== null && state === 'online' ? [{ name: endpoint, url }] : [],
  )
}

/**
 * Asks each node for its KMS; kms:Status, or admin:KMSKeyStatus.
 *
 * @returns by the name of the node, what it says, or why that is not known
 */
export async function askNodes(
  minio: Minio,
  credentials: Credentials,
  addresses: readonly NodeAddress[],
): Promise<ReadonlyMap<string, NodeSays>> {
  const told = await Promise.all(
    addresses.map(async ({ name, url }) => [name, await within(kmsStatus(minio.at(url), credentials))] as const),
  )
  return new Map(told)
}

function within(asked: Promise<NodeSays>): Promise<NodeSays> {
  const said = asked.catch((error: unknown) => {
    if (error instanceof AppError) return error
    throw error
  })
  return Promise.race([said, patience()])
}

const patience = () =>
  new Promise<AppError>((resolve) => {
    setTimeout(
      () => resolve(new AppError('upstream-unreachable', 'It did not answer the console within 1 s.')),
      PATIENCE_MS,
    ).unref()
  })
