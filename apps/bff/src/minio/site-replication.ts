import * as z from 'zod/mini'
import { minioErrorIn } from './failures.ts'
import { ADMIN, readJson } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

/** The service account that MinIO makes for site replication. Its secret is known to the sites alone. */
export const SITE_REPLICATOR = 'site-replicator-0'

const InfoReply = z.object({
  enabled: z.boolean(),
  sites: z._default(
    z.nullable(z.array(z.object({ name: z.string(), endpoint: z.string(), deploymentID: z.string() }))),
    [],
  ),
})

export interface Site {
  readonly name: string
  /** With scheme, as this site reaches it. */
  readonly endpoint: string
  readonly deploymentId: string
}

/** All sites that replicate each other, the asked one among them; empty where there is no site replication. admin:SiteReplicationInfo */
export async function readSites(minio: Minio, credentials: Credentials): Promise<readonly Site[]> {
  try {
    const { bytes } = await minio.send({
      method: 'GET',
      path: `${ADMIN}/site-replication/info`,
      credentials,
      action: 'admin:SiteReplicationInfo',
    })
    const { enabled, sites } = readJson(InfoReply, bytes)
    if (!enabled) return []
    return (sites ?? []).map(({ deploymentID, ...site }) => ({ ...site, deploymentId: deploymentID }))
  } catch (error) {
    // Releases before 2021-10 have no site replication.
    if (minioErrorIn(error)?.code === 'XMinioAdminVersionMismatch') return []
    throw error
  }
}
