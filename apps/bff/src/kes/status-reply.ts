import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import type { Kes } from './transport.ts'

const Status = z.object({
  version: z.optional(z.string()),
  uptime: z.optional(z.int()),
  /** Milliseconds, though KES's own client reads nanoseconds. */
  keystore_latency: z.optional(z.number()),
  keystore_unreachable: z.optional(z.boolean()),
})

export const STATUS = { method: 'GET', path: '/v1/status', act: 'read the status' } as const

export interface StatusReply {
  readonly version: string | null
  readonly uptimeSeconds: number | null
  readonly keystoreLatencyMs: number | null
  readonly keystoreReachable: boolean
}

/** What one endpoint says of itself. @throws AppError */
export async function askStatus(kes: Kes, url: URL, timeoutMs: number): Promise<StatusReply> {
  const { data } = Status.safeParse(await kes.ask(url, { ...STATUS, timeoutMs }))
  if (!data) {
    throw new AppError('upstream-failed', `What answers at ${url.host} does not speak as KES does: check the endpoint.`)
  }
  return {
    version: shown(data.version),
    uptimeSeconds: data.uptime ?? null,
    keystoreLatencyMs: data.keystore_latency ?? null,
    keystoreReachable: data.keystore_unreachable !== true,
  }
}

/** A KES built without version flags says `<unknown>`. */
export const shown = (version: string | undefined) => (version && version !== '<unknown>' ? version : null)

/** Whether a status reply says that the keystore is gone. */
export const saysKeystoreGone = (reply: unknown): boolean => Status.safeParse(reply).data?.keystore_unreachable === true

type Attempt<T> =
  | { readonly reply: T; readonly error?: undefined }
  | { readonly reply?: undefined; readonly error: AppError }

/** An outcome in the open: what was replied, or why not. Other errors than {@link AppError} pass. */
export async function attempt<T>(ask: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { reply: await ask() }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { error }
  }
}

/** What is left of a time for several questions; never less than a millisecond, so that each can fail as a time-out. */
export function deadline(ms: number): () => number {
  const end = performance.now() + ms
  return () => Math.max(1, Math.round(end - performance.now()))
}
