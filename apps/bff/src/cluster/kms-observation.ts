import type { KesStatus, Kms, KmsKind, KmsNode } from '@strongroom/shared/kms'
import { AppError } from '../errors.ts'
import { readKesStatus } from '../kes/status.ts'
import type { Kes } from '../kes/transport.ts'
import type { ClusterInfo } from '../minio/info.ts'
import { keyStatus, type kmsStatus } from '../minio/kms.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import type { IamWatch } from './iam-watch.ts'
import { cachedOnly } from './kms-observation-keystore.ts'
import { LastTold, type Told } from './last-told.ts'
import { addressesOf, askNodes, differingNodes, type NodeSays } from './node-kms.ts'
import { kesSeenIn, waitsForKes } from './waits-for-kes.ts'

export interface KmsScope {
  readonly minio: Minio
  readonly credentials: Credentials
  readonly kes: Kes | null
  /** The key name configured beside {@link kes}. */
  readonly kesKeyName: string | null
  /** How long KES keeps keys that it can't look up any more, as the administrator told it; absent or null: not told. */
  readonly kesOfflineCacheMs?: number | null
  /** Rejects for a caller who may not know of KES: asked only while MinIO does not answer. Absent: nobody may then. */
  readonly mayKnowKes?: () => Promise<unknown>
  readonly iam: IamWatch
  /** Where nodes are asked themselves, in place of the addresses that MinIO tells; empty or absent: at those. */
  readonly namedNodes?: readonly URL[]
  /** Absent: what MinIO does not tell now is not known. */
  readonly lastTold?: LastTold
}

/** What MinIO says of its KMS, what the console sees of KES, and what could not be asked. Never throws for a refusal. */
export async function observeKms(scope: KmsScope): Promise<Kms> {
  const unknown: string[] = []
  const told = async <T>(what: string, ask: Promise<T>): Promise<T | null> => {
    try {
      return await ask
    } catch (error) {
      if (waitsForKes(error)) unknown.push(`${what}: MinIO does not answer; it waits for KES.`)
      else if (!(error instanceof AppError) || STOPS.has(error.code)) throw error
      else unknown.push(`${what}: ${error.detail}`)
      return null
    }
  }
  const { minio, credentials, lastTold = new LastTold(), namedNodes = [] } = scope
  const roundTrip = keyStatus(minio, credentials)
  const away = roundTrip.then(() => null, kesSeenIn)
  const trial = told('default key', orNone(roundTrip))
  const asked = told('KMS status', orNone(lastTold.status(minio, credentials)))
  const [status, key, info, kes, iam] = await Promise.all([
    asked.then(statusOf),
    trial,
    told('nodes', lastTold.info(minio, credentials)).then(infoOf),
    asked.then(async (status) => (silent(status) ? sight(scope, await away) : askKes(scope, statusOf(status)))),
    trial.then(async (found) => askIam(scope, found, (await away) !== null)),
  ])
  const nodes = info?.nodes.map(describeNode) ?? []
  const kind = kindOf(status, nodes)
  const several = info !== null && isStaticOnSeveral(info.nodes)
  const asks = several && status !== null && status !== 'none'
  const says: ReadonlyMap<string, NodeSays> = asks
    ? await askNodes(minio, credentials, addressesOf(info.nodes, namedNodes))
    : new Map()
  for (const [node, said] of says) if (said instanceof AppError) unknown.push(`KMS of ${node}: ${said.detail}`)
  const nodesAgree = info === null ? null : agree(info, says)
  // Redacted in a node's variables. A node that is alone is the one that answered, and where all agree one speaks for all.
  const staticKeyOf = ({ endpoint }: KmsNode) =>
    several && nodesAgree !== true ? keySaid(says.get(endpoint)) : statusKey(status)
  const beside = kesBeside(kind, status, kes, scope.kesKeyName)
  return {
    kind,
    defaultKey: defaultKeyOf(status, nodes),
    keyWorks: key === null || key === 'none' ? null : key.works,
    keyError: key === null || key === 'none' ? null : key.error,
    endpoints: endpointsOf(status),
    nodes: nodes.map((node) => (node.kind === 'static' ? { ...node, defaultKey: staticKeyOf(node) } : node)),
    nodesAgree,
    autoEncryption: info === null ? null : autoEncryption(info),
    iamLoaded: iam.loaded,
    ...beside,
    cachedOnly: cachedOnly(scope.kes, beside.kes?.endpoints ?? [], scope.kesOfflineCacheMs ?? null),
    unknown: iam.loaded === null ? [...unknown, iam.detail] : unknown,
    checkedAt: new Date().toISOString(),
  }
}

/** The kind of KMS does not change while KES hangs; which of its endpoints are online may. */
function statusOf(told: Told<MinioKms> | 'none' | null): MinioKms | 'none' | null {
  if (told === null || told === 'none') return told
  const { answer, silence } = told
  if (silence === null) return answer
  return { ...answer, endpoints: answer.endpoints.map(({ url }) => ({ url, state: 'unknown' })) }
}

/** As {@link statusOf}: what a node runs with stays, how it is may change. */
function infoOf(told: Told<ClusterInfo> | null): ClusterInfo | null {
  if (told === null || told.silence === null) return told?.answer ?? null
  return {
    ...told.answer,
    nodes: told.answer.nodes.map((node) => ({ ...node, state: 'unknown', uptimeSeconds: null })),
  }
}

const silent = (told: Told<MinioKms> | 'none' | null) => told === null || (told !== 'none' && told.silence !== null)

/** What the console saw of KES while MinIO waited for it, for those who may know. */
async function sight({ mayKnowKes }: KmsScope, seen: readonly KesStatus[] | null): Promise<KesStatus[] | null> {
  if (seen === null || mayKnowKes === undefined) return null
  try {
    await mayKnowKes()
    return [...seen]
  } catch (error) {
    if (error instanceof AppError && (error.code === 'not-allowed' || waitsForKes(error))) return null
    throw error
  }
}

/** KES is asked under the console's identity, so only for those whom MinIO tells of its KMS. */
function askKes({ kes, kesKeyName }: KmsScope, status: MinioKms | 'none' | null) {
  if (kes === null || status === null) return null
  const inUse = status !== 'none' && KINDS[status.name] === 'kes' && meets(status, kes.urls)
  const name = inUse ? (status.defaultKey ?? kesKeyName) : kesKeyName
  return readKesStatus(kes, name === null ? null : { name, inUse })
}

/**
 * While KES is away the question itself does harm: listing policies reads each one again through KES, under the lock that
 * every sign-in needs. IAM is in memory then, so what was known stays true.
 */
function askIam(
  { iam, minio, credentials }: KmsScope,
  key: Awaited<ReturnType<typeof keyStatus>> | 'none' | null,
  waits: boolean,
) {
  const away = waits || (key !== null && key !== 'none' && key.error?.includes('connection error'))
  return away
    ? iam.kept('KES is away, so MinIO was not asked whether it has loaded its users.')
    : iam.loaded(minio, credentials)
}

/** Failures that speak of the session or of MinIO as a whole, not of one question. */
const STOPS: ReadonlySet<string> = new Set(['session-expired', 'not-signed-in', 'upstream-unreachable', 'clock-skew'])

type MinioKms = Awaited<ReturnType<typeof kmsStatus>>

/** "No KMS" is an answer, not a failure. */
async function orNone<T>(ask: Promise<T>): Promise<T | 'none'> {
  try {
    return await ask
  } catch (error) {
    if (error instanceof AppError && error.code === 'kms-not-configured') return 'none'
    throw error
  }
}

/** The names that `GET /minio/kms/v1/status` gives (facts: minio internal/kms). */
const KINDS: Record<string, KmsKind> = { 'MinIO builtin': 'static', 'MinIO KES': 'kes', 'MinIO KMS': 'other' }

function kindOf(status: MinioKms | 'none' | null, nodes: readonly KmsNode[]): KmsKind {
  if (status === 'none') return 'none'
  if (status !== null) return KINDS[status.name] ?? 'other'
  const kinds = new Set(nodes.map(({ kind }) => kind))
  return kinds.size === 1 ? [...kinds][0]! : 'unknown'
}

function defaultKeyOf(status: MinioKms | 'none' | null, nodes: readonly KmsNode[]): string | null {
  if (status === 'none') return null
  return status?.defaultKey ?? nodes.find(({ defaultKey }) => defaultKey !== null)?.defaultKey ?? null
}

const keySaid = (said: NodeSays | undefined) =>
  said === undefined || said instanceof AppError ? null : said.defaultKey

const statusKey = (status: MinioKms | 'none' | null) => (status === 'none' ? null : (status?.defaultKey ?? null))

const STATES = new Set(['online', 'offline'])

/** A static key is no server; MinIO then reports itself as the endpoint. */
const endpointsOf = (status: MinioKms | 'none' | null): Kms['endpoints'] =>
  status === null || status === 'none' || KINDS[status.name] === 'static'
    ? []
    : status.endpoints.map(({ url, state }) => ({
        url,
        state: STATES.has(state) ? (state as 'online' | 'offline') : 'unknown',
        seenBy: 'minio' as const,
      }))

function describeNode({ env, url: _, ...node }: ClusterInfo['nodes'][number]): KmsNode {
  return {
    ...node,
    kind: env === null ? 'unknown' : kindByVariables(env),
    defaultKey: env?.MINIO_KMS_KES_KEY_NAME ?? null,
  }
}

/** An emptied `MINIO_KMS_SECRET_KEY=` stays in the list beside the KES lines, so KES is looked for first. */
function kindByVariables(env: Readonly<Record<string, string>>): KmsKind {
  if (env.MINIO_KMS_KES_ENDPOINT) return 'kes'
  if (env.MINIO_KMS_SERVER) return 'other'
  return env.MINIO_KMS_SECRET_KEY || env.MINIO_KMS_SECRET_KEY_FILE ? 'static' : 'none'
}

/** A difference that is seen counts, whoever tells nothing. Static keys come redacted, so each node is asked by what name it seals. */
function agree({ nodes }: ClusterInfo, told: ReadonlyMap<string, NodeSays>): boolean | null {
  if (differingNodes(nodes) !== null) return false
  if (nodes.some(({ env }) => env === null)) return null
  if (!isStaticOnSeveral(nodes)) return true
  const says = [...told.values()]
  const names = new Set(says.flatMap((said) => (said instanceof AppError ? [] : [said.defaultKey])))
  if (names.size > 1) return false
  return says.length === nodes.length && !says.some((said) => said instanceof AppError) ? true : null
}

const isStaticOnSeveral = (nodes: ClusterInfo['nodes']) =>
  nodes.length > 1 && nodes.some(({ env }) => env !== null && kindByVariables(env) === 'static')

/** Invisible in the buckets' own configuration; only the nodes' variables tell. */
export function autoEncryption({ nodes }: ClusterInfo): boolean | null {
  const values = nodes.map(({ env }) => env && (env.MINIO_KMS_AUTO_ENCRYPTION ?? 'off').toLowerCase())
  if (values.some((value) => value === null)) return null
  return values.some((value) => value === 'on' || value === 'true' || value === '1')
}

/** A KES that MinIO runs on is `kes`; any other that the console knows stands beside it. */
function kesBeside(
  kind: KmsKind,
  status: MinioKms | 'none' | null,
  endpoints: KesStatus[] | null,
  keyName: string | null,
): Pick<Kms, 'kes' | 'standby'> {
  if (endpoints === null) return { kes: null, standby: null }
  const behind =
    kind === 'kes' &&
    (status === null ||
      status === 'none' ||
      meets(
        status,
        endpoints.map(({ url }) => url),
      ))
  return behind ? { kes: { endpoints }, standby: null } : { kes: null, standby: { endpoints, keyName } }
}

/** Whether MinIO names one of these endpoints among its own; it names none while it can't say. */
function meets({ endpoints }: MinioKms, urls: readonly (URL | string)[]): boolean {
  const hosts = new Set(endpoints.map(({ url }) => hostOf(url)))
  return hosts.size === 0 || urls.some((url) => hosts.has(hostOf(String(url))))
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : url)
