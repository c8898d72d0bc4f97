import { ADMIN, openReply, sealBody } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

/**
 * The stored settings of one sub-system (`scanner`, `api`), by name, defaults included. Secret values are left out by
 * MinIO; the export of all sub-systems, which holds them, is not asked for. admin:ConfigUpdate
 *
 * Settings that come from the environment are comments in MinIO's text; what is returned is what is stored.
 */
export async function getConfig(
  minio: Minio,
  credentials: Credentials,
  subSystem: string,
): Promise<ReadonlyMap<string, string>> {
  const { bytes } = await minio.send({
    method: 'GET',
    path: `${ADMIN}/get-config-kv`,
    query: { key: subSystem },
    credentials,
    action: 'admin:ConfigUpdate',
    timeoutMs: 10_000,
  })
  const opened = await openReply(credentials, bytes)
  const text = Buffer.from(opened).toString()
  opened.fill(0)
  return settingsIn(text, subSystem)
}

/** `name key=value key="value with spaces"`, one line for a sub-system; lines of other targets (`name:target`) are left. */
export function settingsIn(text: string, subSystem: string): ReadonlyMap<string, string> {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${subSystem} `)) ?? ''
  const pairs = line.matchAll(/(\w+)=(?:"([^"]*)"|(\S*))/g)
  return new Map([...pairs].map(([, key, quoted, bare]) => [key!, quoted ?? bare ?? '']))
}

/**
 * Stores one setting; MinIO then saves its whole configuration and adds an entry to the history, so that setting a value
 * which is there already rewrites both and changes nothing else. admin:ConfigUpdate
 *
 * @returns `restartNeeded`: the nodes take the value at their next start only
 */
export async function setConfig(
  minio: Minio,
  credentials: Credentials,
  { subSystem, key, value }: { readonly subSystem: string; readonly key: string; readonly value: string },
) {
  if (/["\n]/.test(value)) throw new RangeError('a value must not hold a quote or a line break')
  const { headers } = await minio.send({
    method: 'PUT',
    path: `${ADMIN}/set-config-kv`,
    body: sealBody(credentials, `${subSystem} ${key}="${value}"`),
    credentials,
    action: 'admin:ConfigUpdate',
    timeoutMs: 15_000,
  })
  return { restartNeeded: headers['x-minio-config-applied'] !== 'true' }
}
