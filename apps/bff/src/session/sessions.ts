import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { Secret } from '../secret.ts'
import type { Caller } from './caller.ts'
import type { SealedStore } from './sealed-store.ts'

/** How long a session lives: `idleMs` without a request, `absoluteMs` in all. */
export interface SessionLimits {
  readonly idleMs: number
  readonly absoluteMs: number
}

/** Use is written down no more often than this: a session may so end this much early. */
const TOUCH_MS = 10_000

const Sealed = z.object({
  accessKey: z.string(),
  account: z.string(),
  root: z.boolean(),
  provedSecrets: z._default(z.array(z.string()), []),
  region: z.string(),
  signedInAt: z.number(),
  expiresAt: z.number(),
  temporary: z.object({ accessKey: z.string(), secretKey: z.string(), sessionToken: z.string() }),
})

/** Opens, finds and ends sessions. The secrets rest in the sealed record alone; see {@link SealedStore}. */
export class Sessions {
  readonly #store: SealedStore
  readonly #limits: SessionLimits

  constructor(store: SealedStore, limits: SessionLimits) {
    this.#store = store
    this.#limits = limits
  }

  get absoluteMs() {
    return this.#limits.absoluteMs
  }

  /** Seals `caller` and returns the value of the cookie that opens it again. */
  async start(caller: Omit<Caller, 'sessionId'>): Promise<{ ticket: string; caller: Caller }> {
    const { credentials } = caller
    const record: z.infer<typeof Sealed> = {
      accessKey: caller.accessKey,
      account: caller.account,
      root: caller.root,
      provedSecrets: [...(caller.provedSecrets ?? [])],
      region: caller.region,
      signedInAt: caller.signedInAt.getTime(),
      expiresAt: caller.expiresAt.getTime(),
      temporary: {
        accessKey: credentials.accessKey,
        secretKey: credentials.secretKey.expose((value) => value),
        sessionToken: credentials.sessionToken?.expose((value) => value) ?? '',
      },
    }
    const { id, ticket } = await this.#store.put(record)
    return { ticket, caller: { ...caller, sessionId: id } }
  }

  /**
   * The caller behind a cookie.
   *
   * @param used whether a person caused the request: a page that reads by itself keeps no session alive
   * @throws AppError `not-signed-in` without a cookie, `session-expired` when its session is over or was ended
   */
  async find(ticket: string | undefined, used = true): Promise<Caller> {
    if (ticket === undefined) throw new AppError('not-signed-in', 'Sign in with a MinIO access key.')
    const found = await this.#store.open(ticket)
    const sealed = z.safeParse(Sealed, found?.record)
    if (found === undefined || !sealed.success) throw expired('This session was ended.')
    const { data } = sealed
    const now = Date.now()
    const idle = now - found.usedAt.getTime() > this.#limits.idleMs
    if (idle || now >= data.expiresAt || now - data.signedInAt > this.#limits.absoluteMs) {
      await this.#store.delete(ticket)
      throw expired(
        idle ? 'The session ended because nothing was asked for a while.' : 'The session has reached its end.',
      )
    }
    if (used && now - found.usedAt.getTime() > Math.min(TOUCH_MS, this.#limits.idleMs / 10))
      await this.#store.touch(ticket)
    return {
      sessionId: found.id,
      accessKey: data.accessKey,
      account: data.account,
      root: data.root,
      provedSecrets: data.provedSecrets,
      region: data.region,
      signedInAt: new Date(data.signedInAt),
      expiresAt: new Date(data.expiresAt),
      credentials: {
        accessKey: data.temporary.accessKey,
        secretKey: new Secret(data.temporary.secretKey),
        sessionToken: new Secret(data.temporary.sessionToken),
      },
    }
  }

  async end(ticket: string | undefined) {
    if (ticket !== undefined) await this.#store.delete(ticket)
  }

  /** Removes the records of sessions that nobody can come back to. */
  async sweep() {
    await this.#store.sweep(this.#limits.absoluteMs)
  }
}

const expired = (why: string) => new AppError('session-expired', `${why} Sign in again to go on where you were.`)
