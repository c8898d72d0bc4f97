import { createHash, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyWrapping } from '@strongroom/shared/keys'
import { AppError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { readWrapped, unwrap } from './unwrap.ts'

const MODULUS_BITS = 3072
const LIFE_MS = 10 * 60_000
/** One that has this much left is given again to who asks again: two tabs then share it. */
const STILL_GOOD_MS = 5 * 60_000
/** So many spent ones are remembered, to tell their owner what became of them. */
const SPENT = 512
const MINUTE_MS = 60_000

/** Whom a wrapping key is for. */
export interface WrappingOwner {
  readonly sessionId: string
  readonly account: string
  /** The MinIO signed in to, by its endpoint. */
  readonly cluster: string
}

export interface WrappingLimits {
  /** Live at the same time. The oldest of a session makes room. */
  readonly perSession: number
  readonly inAll: number
  /** Made for one account: each takes some tenths of a second of a processor. */
  readonly perMinute: number
}
const LIMITS: WrappingLimits = { perSession: 8, inAll: 64, perMinute: 30 }

interface Live {
  readonly owner: WrappingOwner
  /** Null: the name of its one use. */
  readonly keyName: string | null
  readonly face: KeyWrapping
  readonly privateKey: KeyObject
  readonly endsAt: number
  readonly timer: NodeJS.Timeout
}

type Fate = 'used' | 'expired' | 'replaced' | 'ended'

/** What is presented: a token, and what it came with. */
export interface Presented {
  readonly token: string
  readonly wrappedKey: string
  readonly keyName: string
}

/**
 * One-time RSA keys that people wrap key material with, so that it reaches this process and nobody on the way, the
 * browser included. Each opens one thing, for the session that asked for it, under the name that it was asked for, within
 * ten minutes. The private parts are in the memory of this process alone: another replica, or this one after a start,
 * knows nothing of them.
 */
export class WrappingKeys {
  readonly #now: () => number
  readonly #limits: WrappingLimits
  /** By SHA-256 of the token, so that a look-up takes as long whatever is presented. */
  readonly #live = new Map<string, Live>()
  readonly #spent = new Map<string, { readonly owner: WrappingOwner; readonly fate: Fate }>()
  readonly #inTheMaking = new Map<string, Promise<KeyWrapping>>()
  readonly #made = new Map<string, number[]>()
  /** One is made after the other: more at once would take the threads from all that reads files. */
  #last: Promise<unknown> = Promise.resolve()

  constructor({ now = Date.now, limits = LIMITS }: { now?: () => number; limits?: WrappingLimits } = {}) {
    this.#now = now
    this.#limits = limits
  }

  /**
   * A public key for one import, made off the main thread; the one this session has for this name while that is good for
   * some minutes more.
   *
   * @param keyName null binds it to the name of its one use
   * @throws AppError `rate-limited`
   */
  async make(owner: WrappingOwner, keyName: string | null): Promise<KeyWrapping> {
    for (const [id, live] of this.#live) if (this.#now() >= live.endsAt) this.#spend(id, 'expired')
    const own = this.#of(owner)
    const [oldId, old] = own.find(([, live]) => live.keyName === keyName) ?? []
    if (old !== undefined && old.endsAt - this.#now() > STILL_GOOD_MS) return old.face
    const making = JSON.stringify([owner.sessionId, keyName])
    const underWay = this.#inTheMaking.get(making)
    if (underWay !== undefined) return underWay
    this.#count(owner.account)
    if (oldId !== undefined) this.#spend(oldId, 'replaced')
    if (this.#live.size + this.#inTheMaking.size >= this.#limits.inAll)
      throw tooMany('All wrapping keys are taken.', MINUTE_MS)
    const made = this.#last.then(() => this.#generate(owner, keyName)).finally(() => this.#inTheMaking.delete(making))
    this.#last = made.catch(() => undefined)
    this.#inTheMaking.set(making, made)
    return made
  }

  async #generate(owner: WrappingOwner, keyName: string | null): Promise<KeyWrapping> {
    const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: MODULUS_BITS })
    const token = randomBytes(32).toString('base64url')
    const endsAt = this.#now() + LIFE_MS
    const face: KeyWrapping = {
      publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      algorithm: 'RSA-OAEP-SHA256',
      token,
      expiresAt: new Date(endsAt).toISOString(),
      keyName,
    }
    const own = this.#of(owner)
    if (own.length >= this.#limits.perSession) this.#spend(own[0]![0], 'replaced')
    const id = idOf(token)
    const timer = setTimeout(() => this.#spend(id, 'expired'), LIFE_MS).unref()
    this.#live.set(id, { owner, keyName, face, privateKey, endsAt, timer })
    return face
  }

  /** The oldest come first. */
  #of(owner: WrappingOwner) {
    return [...this.#live].filter(([, live]) => isOwner(live.owner, owner))
  }

  /**
   * The 32 bytes that were wrapped. The wrapping key is spent before anything is decrypted, whatever comes of it.
   *
   * @returns to be wiped by the caller
   * @throws AppError `not-found` (no such token here), `not-allowed` (somebody else's, or for another key name),
   *   `conflict` (used, expired), `invalid-input` and `too-large` (what was wrapped, and how)
   */
  open(owner: WrappingOwner, { token, wrappedKey, keyName }: Presented): Secret<Uint8Array> {
    const id = idOf(token)
    const live = this.#live.get(id)
    const known = live ?? this.#spent.get(id)
    if (known === undefined) throw refused('not-found', UNKNOWN)
    if (!isOwner(known.owner, owner)) throw refused('not-allowed', FOREIGN)
    if (live === undefined || this.#now() >= live.endsAt) {
      const fate = this.#spent.get(id)?.fate ?? 'expired'
      this.#spend(id, fate)
      throw refused('conflict', FATES[fate])
    }
    this.#spend(id, 'used')
    if (live.keyName !== null && live.keyName !== keyName) throw otherName(live.keyName)
    return unwrap(live.privateKey, readWrapped(wrappedKey))
  }

  /** The session is over: what was made for it opens nothing any more. */
  end(sessionId: string) {
    for (const [id, { owner }] of this.#live) if (owner.sessionId === sessionId) this.#spend(id, 'ended')
  }

  /** The same account signed in again in the same browser, over what it was about to do: what it wrapped stays good. */
  handOver(from: string, to: WrappingOwner) {
    for (const [id, live] of this.#live) {
      const same = isOwner({ ...live.owner, sessionId: to.sessionId }, to)
      if (same && live.owner.sessionId === from) this.#live.set(id, { ...live, owner: to })
    }
  }

  close() {
    for (const { timer } of this.#live.values()) clearTimeout(timer)
    this.#live.clear()
  }

  #spend(id: string, fate: Fate) {
    const live = this.#live.get(id)
    if (live === undefined) return
    clearTimeout(live.timer)
    this.#live.delete(id)
    this.#spent.set(id, { owner: live.owner, fate })
    if (this.#spent.size > SPENT) this.#spent.delete(this.#spent.keys().next().value!)
  }

  #count(account: string) {
    const now = this.#now()
    for (const [each, times] of this.#made) if (now - times.at(-1)! >= MINUTE_MS) this.#made.delete(each)
    const recent = (this.#made.get(account) ?? []).filter((at) => now - at < MINUTE_MS)
    if (recent.length >= this.#limits.perMinute)
      throw tooMany('Too many wrapping keys were asked for.', recent[0]! + MINUTE_MS - now)
    this.#made.set(account, [...recent, now])
  }
}

const idOf = (token: string) => createHash('sha256').update(token).digest('base64')

const isOwner = (one: WrappingOwner, other: WrappingOwner) =>
  one.sessionId === other.sessionId && one.account === other.account && one.cluster === other.cluster

const UNKNOWN =
  'There is no wrapping key of this token here: copy the token whole. If the console was started anew, or several share the load, get a new wrapping key and wrap again.'
const FOREIGN = 'This wrapping key was made for another sign-in: get one of your own and wrap again.'
const FATES: Record<Fate, string> = {
  used: 'This wrapping key was used already. Each opens one thing, whatever came of it: get a new one and wrap again.',
  expired: 'This wrapping key has expired: it lives for ten minutes. Get a new one and wrap again.',
  replaced: 'A newer wrapping key has taken the place of this one: wrap again with that.',
  ended: 'This wrapping key ended with its session: get a new one and wrap again.',
}

const refused = (code: 'not-found' | 'not-allowed' | 'conflict', detail: string) =>
  new AppError(code, detail, { fields: [{ pointer: '/source/token', detail }] })

const otherName = (keyName: string) =>
  new AppError(
    'not-allowed',
    `This wrapping key was made for the key "${keyName}", and is now spent: get one for this name and wrap again.`,
    { fields: [{ pointer: '/name', detail: `The token is for ${keyName}` }] },
  )

const tooMany = (why: string, waitMs: number) =>
  new AppError('rate-limited', `${why} Try again in ${Math.ceil(waitMs / 1000)} s.`)
