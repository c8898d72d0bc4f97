/** When a write was sent and answered, by the console's clock. */
export interface Written {
  readonly sentMs: number
  /** When it was over; where the reply never came, when MinIO had certainly let go of it. */
  readonly overMs: number
  readonly replied: boolean
}

/**
 * Tells whether a generation is younger than a write of ours, though clocks differ: for each write whose generation is
 * known, MinIO's clock was ahead by no more than its time minus the moment it was sent. The largest of these bounds all
 * nodes that have written so far.
 */
export class WriteClock {
  #aheadNs: bigint | null = null

  /** @param modTimeNs of the generation that this write made, for sure */
  learn({ sentMs }: Written, modTimeNs: bigint) {
    const aheadNs = modTimeNs - toNs(sentMs)
    if (this.#aheadNs === null || aheadNs > this.#aheadNs) this.#aheadNs = aheadNs
  }

  /** Certainly made after our write had ended, and so by somebody else. False where it can't be told. */
  isYounger(modTimeNs: bigint, { overMs }: Written): boolean {
    return this.#aheadNs !== null && modTimeNs > toNs(overMs) + this.#aheadNs
  }
}

const toNs = (ms: number) => BigInt(Math.round(ms * 1_000)) * 1_000n

/** Milliseconds that never go back, with fractions. */
export const nowMs = () => performance.now()
