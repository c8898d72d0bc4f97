import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import { ClaimFiles, type SeenClaim } from './claim.ts'
import { HeldLease } from './held-lease.ts'
import { hasEnded, type ProcessIdentity, thisProcess } from './process-identity.ts'

/** The right to be the only one. Disposing it releases it. */
export interface Lease extends AsyncDisposable {
  /** To be called before each write. Rejects with AppError `conflict` when somebody else holds it, or nobody can tell. */
  requireHeld(): Promise<void>
  release(): Promise<void>
}

export interface LeaseOptions {
  /** How often a holder shows that it lives. */
  readonly beatMs: number
  /** How often somebody who waits looks for a beat. */
  readonly lookMs: number
  /** After so many looks without a beat in between the holder is gone. */
  readonly quietLooks: number
  readonly self: ProcessIdentity
}

/**
 * Leases that processes take from each other through a folder they share. No clocks are compared: a holder counts beats
 * in its file, and is gone when nobody sees the count move, or when its process is known to have ended. Looks are
 * counted, not seconds, so that a host that slept lets a holder on it beat before it is judged.
 */
export class Leases {
  readonly #folder: string
  readonly #options: LeaseOptions

  constructor(folder: string, options: Partial<LeaseOptions> = {}) {
    this.#folder = folder
    this.#options = { beatMs: 2_000, lookMs: 500, quietLooks: 20, self: thisProcess(), ...options }
  }

  /**
   * Takes what nobody holds: at once, or after the quiet time where a holder went without a word.
   *
   * @param name lower-case letters and dashes
   * @param holder who takes it, for those who come too late
   * @throws AppError `conflict` as soon as a holder shows that it lives; the reason of `signal` when it is aborted
   */
  async take(name: string, holder: string, signal?: AbortSignal): Promise<Lease> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const files = new ClaimFiles(this.#folder, name)
    const number = (await this.#lastClaim(files, signal)) + 1
    const claim = { holder, process: this.#options.self, beat: 0, released: false }
    const written = await files.create(number, claim)
    if (written === null) throw taken((await files.newest()) ?? null)
    // Whoever looked long ago may create a number that others have left behind.
    if ((await files.highest()) > number) {
      await files.remove(number)
      throw taken((await files.newest()) ?? null)
    }
    await files.removeBelow(number)
    return new HeldLease({ files, number, claim, written, beatMs: this.#options.beatMs })
  }

  /** The number of the newest claim once it holds no more. */
  async #lastClaim(files: ClaimFiles, signal?: AbortSignal): Promise<number> {
    const { lookMs, quietLooks, self } = this.#options
    const first = await files.newest()
    if (first === undefined) return 0
    for (let looks = 0; looks < quietLooks; looks++) {
      if (first.claim?.released || (first.claim && hasEnded(first.claim.process, self))) return first.number
      await sleep(lookMs, undefined, signal && { signal }).catch(() => signal?.throwIfAborted())
      const now = await files.newest()
      if (now?.claim?.released) return now.number
      if (now?.number !== first.number || now.text !== first.text) throw taken(now ?? first)
    }
    return first.number
  }
}

function taken(seen: SeenClaim | null): AppError {
  const by = seen?.claim ? `, started by ${seen.claim.holder}` : ''
  return new AppError('conflict', `Another console does this already${by}. Wait until it has ended, or stop it first.`)
}
