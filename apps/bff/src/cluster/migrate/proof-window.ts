/** A lot of eight is a few seconds' work to look through by hand, should the first of them turn out wrong. */
const FEW = 8
/**
 * A reading costs MinIO a walk over the folder the items lie in, however few they are: at 10,000 users as much as eight
 * writes. With two lots in each the walk is a twentieth of the work; more would gain little.
 */
const MOST = 256
/** What is written while the one before it is read back. */
export const LOT = MOST / 2
/** Nobody waits much longer than this to hear what became of a write. */
const LONG_MS = 500

/**
 * How many items may be written and not proven. Twice as many after each reading back that found all well, as long as it
 * all takes a moment; half as many where it takes long; few after anything that is amiss.
 */
export class ProofWindow {
  #most = FEW

  get most() {
    return this.#most
  }

  /** @param tookMs for writing, and reading back what was written before */
  proved(tookMs: number) {
    if (tookMs > 2 * LONG_MS) this.#most = Math.max(FEW, this.#most / 2)
    else if (tookMs <= LONG_MS) this.#most = Math.min(MOST, this.#most * 2)
  }

  restart() {
    this.#most = FEW
  }
}
