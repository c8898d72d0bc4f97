import * as z from 'zod/mini'
import { ADMIN, readJson } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

const ServiceReply = z.object({
  results: z._default(z.nullable(z.array(z.object({ host: z.string(), err: z._default(z.string(), '') }))), []),
})

/**
 * Restarts all nodes at once, each in its old environment plus a fresh reading of `MINIO_CONFIG_ENV_FILE`; admin:ServiceRestart.
 * A variable that vanished from that file stays set; one that is wrong stops the cluster.
 *
 * @param dryRun only ask the nodes whether they would
 * @returns what each node said; `error` null: it agreed
 */
export async function restart(minio: Minio, credentials: Credentials, { dryRun }: { readonly dryRun: boolean }) {
  const { bytes } = await minio.send({
    method: 'POST',
    path: `${ADMIN}/service`,
    query: { action: 'restart', type: '2', ...(dryRun && { 'dry-run': 'true' }) },
    credentials,
    action: 'admin:ServiceRestart',
    timeoutMs: 30_000,
  })
  const { results } = readJson(ServiceReply, bytes)
  return (results ?? []).map(({ host, err }) => ({ host, error: err || null }))
}
