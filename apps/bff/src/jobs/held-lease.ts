import { AppError } from '../errors.ts'
import type { Claim, ClaimFiles } from './claim.ts'
import type { Lease } from './lease.ts'

interface Holding {
  readonly files: ClaimFiles
  readonly number: number
  readonly claim: Claim
  /** What the file of the claim holds. */
  readonly written: string
  readonly beatMs: number
}

/** A claim that was won. It beats until it is released or lost; once lost it is never held again. */
export class HeldLease implements Lease {
  readonly #files: ClaimFiles
  readonly #number: number
  readonly #timer: NodeJS.Timeout
  #claim: Claim
  #written: string
  #over = false
  #turn: Promise<void> = Promise.resolve()
  #beating = false

  constructor({ files, number, claim, written, beatMs }: Holding) {
    this.#files = files
    this.#number = number
    this.#claim = claim
    this.#written = written
    this.#timer = setInterval(() => void this.#beatIfIdle(), beatMs).unref()
  }

  requireHeld(): Promise<void> {
    return this.#inTurn(() => this.#beat())
  }

  /** Where the folder can't be written, others find out by the quiet. */
  async release() {
    clearInterval(this.#timer)
    await this.#inTurn(async () => {
      if (this.#over) return
      this.#over = true
      await this.#files.replace(this.#number, this.#written, { ...this.#claim, released: true })
    }).catch(() => undefined)
  }

  [Symbol.asyncDispose]() {
    return this.release()
  }

  /** A folder that hangs gets one call, not one more with each beat. */
  async #beatIfIdle() {
    if (this.#beating) return
    this.#beating = true
    // Whoever is about to write hears of it then.
    await this.requireHeld().catch(() => undefined)
    this.#beating = false
  }

  async #beat() {
    if (this.#over) throw lost()
    const next = { ...this.#claim, beat: this.#claim.beat + 1 }
    const written = await this.#files.replace(this.#number, this.#written, next).catch(unknowable)
    if (written === null) throw this.#lose()
    this.#claim = next
    this.#written = written
    if ((await this.#files.highest().catch(unknowable)) > this.#number) throw this.#lose()
  }

  #lose(): AppError {
    this.#over = true
    clearInterval(this.#timer)
    return lost()
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(act)
    this.#turn = result.catch(() => undefined)
    return result
  }
}

const lost = () =>
  new AppError(
    'conflict',
    'Another console took this over while this one stood still, so this one writes nothing more. What was done stays done.',
  )

function unknowable(cause: unknown): never {
  throw new AppError(
    'conflict',
    'The state folder can’t be read and written now, so nobody can tell whether another console took this over. Nothing more is written. Mend the folder and start it again.',
    { cause },
  )
}
