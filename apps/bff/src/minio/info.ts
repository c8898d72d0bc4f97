import * as z from 'zod/mini'
import { ADMIN, readJson } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

const InfoReply = z.object({
  deploymentID: z._default(z.string(), ''),
  region: z._default(z.string(), ''),
  services: z._default(
    z.object({ kmsStatus: z._default(z.array(z.object({ status: z.string(), endpoint: z.string() })), []) }),
    { kmsStatus: [] },
  ),
  servers: z._default(
    z.array(
      z.object({
        endpoint: z.string(),
        state: z._default(z.string(), 'unknown'),
        version: z.optional(z.string()),
        uptime: z.optional(z.number()),
        drives: z._default(
          z.array(
            z.object({
              endpoint: z._default(z.string(), ''),
              state: z.optional(z.string()),
              healing: z._default(z.boolean(), false),
            }),
          ),
          [],
        ),
        minio_env_vars: z.optional(z.record(z.string(), z.string())),
      }),
    ),
    [],
  ),
})

export interface MinioNode {
  /** `host:port` */
  readonly endpoint: string
  /** Where the other nodes reach it; null on a cluster of one. It may lie in a network that the console is not in. */
  readonly url: URL | null
  /** `online`, `offline`, `initializing` */
  readonly state: string
  readonly version: string | null
  readonly uptimeSeconds: number | null
  readonly drives: number
  readonly drivesOnline: number
  /** Drives that MinIO fills anew, and replaced ones that it has not begun with: it says `ok` of those it fills. */
  readonly drivesHealing: readonly string[]
  /**
   * The `MINIO_*` variables it runs with; secret values come redacted, and the KES endpoint, key name and
   * auto-encryption in clear. Null where the node does not tell.
   */
  readonly env: Readonly<Record<string, string>> | null
}

export interface ClusterInfo {
  readonly version: string | null
  readonly deploymentId: string | null
  /** Empty where the cluster has none. */
  readonly region: string
  /** All nodes' drives together. */
  readonly drives: number
  readonly nodes: readonly MinioNode[]
  /** As one node sees them. MinIO's `services.kms` is always empty; this is the live part. */
  readonly kmsEndpoints: readonly { readonly endpoint: string; readonly status: string }[]
}

/** `GET info`, admin:ServerInfo. Takes 1 to 2 s while a KES endpoint is down. */
export async function readInfo(minio: Minio, credentials: Credentials): Promise<ClusterInfo> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `${ADMIN}/info`,
    credentials,
    action: 'admin:ServerInfo',
    asksKms: true,
    timeoutMs: 10_000,
  })
  const { deploymentID, region, services, servers } = readJson(InfoReply, bytes)
  const nodes = servers.map((server) => ({
    endpoint: server.endpoint,
    url: urlOf(server.drives[0]?.endpoint ?? ''),
    state: server.state,
    version: server.version || null,
    uptimeSeconds: server.uptime ?? null,
    drives: server.drives.length,
    drivesOnline: server.drives.filter(({ state }) => state === 'ok').length,
    drivesHealing: server.drives
      .filter(({ state, healing }) => healing || state === 'unformatted')
      .map(({ endpoint }) => endpoint),
    env: server.minio_env_vars ?? null,
  }))
  return {
    version: nodes.find(({ version }) => version !== null)?.version ?? null,
    deploymentId: deploymentID || null,
    region,
    drives: nodes.reduce((sum, { drives }) => sum + drives, 0),
    nodes,
    kmsEndpoints: services.kmsStatus,
  }
}

/** A cluster of several nodes names its drives by URL: `https://node3:9000/srv/d1`. */
function urlOf(drive: string): URL | null {
  if (!/^https?:/.test(drive) || !URL.canParse(drive)) return null
  return new URL(new URL(drive).origin)
}
