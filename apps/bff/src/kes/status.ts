import type { KesStatus } from '@strongroom/shared/kms'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import type { Kes } from './transport.ts'

const Version = z.object({ version: z.string() })
const Status = z.object({
  version: z.optional(z.string()),
  uptime: z.optional(z.int()),
  /** Milliseconds, though KES's own client reads nanoseconds. */
  keystore_latency: z.optional(z.number()),
  keystore_unreachable: z.optional(z.boolean()),
})

const STATUS = { method: 'GET', path: '/v1/status', act: 'read the status' } as const
const KEYSTORE_GONE =
  'KES can’t reach its keystore, so it can’t tell which keys there are. Look at the keystore (sealed Vault, expired credential, missing folder) before anything else.'

/** How each endpoint is, asked at once. Never throws: `trouble` tells. */
export const readKesStatus = (kes: Kes): Promise<KesStatus[]> =>
  Promise.all(kes.urls.map((url) => readEndpoint(kes, url)))

async function readEndpoint(kes: Kes, url: URL): Promise<KesStatus> {
  const found: KesStatus = {
    url: url.origin,
    reachable: false,
    trouble: null,
    version: null,
    uptimeSeconds: null,
    keystoreLatencyMs: null,
    keystoreReachable: null,
    latencyMs: null,
    identity: kes.identity,
    checkedAt: new Date().toISOString(),
  }
  // First, since it needs no policy; it also opens the connection, so that the next call measures the way alone.
  const version = await attempt(() => kes.ask(url, { method: 'GET', path: '/version', act: 'read the version' }))
  if (version.error)
    return { ...found, reachable: version.error.code !== 'upstream-unreachable', trouble: version.error.detail }
  found.reachable = true
  found.version = shown(Version.safeParse(version.reply).data?.version)

  const started = performance.now()
  const status = await attempt(() => kes.ask(url, STATUS))
  found.latencyMs = Math.round((performance.now() - started) * 100) / 100
  if (status.error) return { ...found, trouble: status.error.detail }
  const { data } = Status.safeParse(status.reply)
  if (!data) return { ...found, trouble: `What answers at ${url.host} does not speak as KES does: check the endpoint.` }

  found.version = shown(data.version) ?? found.version
  found.uptimeSeconds = data.uptime ?? null
  found.keystoreLatencyMs = data.keystore_latency ?? null
  found.keystoreReachable = data.keystore_unreachable !== true
  return { ...found, trouble: found.keystoreReachable ? await readiness(kes, url) : KEYSTORE_GONE }
}

/** After its keystore was away, KES says so here up to 10 s longer than in its status. */
async function readiness(kes: Kes, url: URL): Promise<string | null> {
  const { error } = await attempt(() =>
    kes.ask(url, { method: 'GET', path: '/v1/ready', act: 'ask whether it is ready' }),
  )
  return error?.detail ?? null
}

/** A KES built without version flags says `<unknown>`. */
const shown = (version: string | undefined) => (version && version !== '<unknown>' ? version : null)

/** Why "key does not exist" can't be believed now; null when it can, or when nobody may ask. */
export async function keystoreTrouble(kes: Kes): Promise<string | null> {
  const { reply, error } = await attempt(() => kes.call(STATUS))
  if (error) return error.code === 'not-allowed' ? null : error.detail
  return Status.safeParse(reply).data?.keystore_unreachable ? KEYSTORE_GONE : null
}

async function attempt(ask: () => Promise<unknown>): Promise<{ reply?: unknown; error?: AppError }> {
  try {
    return { reply: await ask() }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { error }
  }
}
