/** MinIO writes one item after the other, under one lock: these keep it busy while answers are on their way. */
const MOST = 8
/** A write takes clearly longer when it takes this much longer than the best seen. */
const SLOWER = 2
/** Below this nobody waits for anybody; it is the noise of a fast cluster. */
const NOISE_MS = 10
/** One slow write is an accident; so many are judged by their median. */
const SAMPLE = 9
/** The best is forgotten slowly: a cluster that is busy for good may be as fast as it can. */
const FORGETTING = 1.02

/**
 * How many items may be between their write and their reading back. It begins at one, grows by one with each batch that
 * went well, and halves when writes slow down or fail: additive increase, multiplicative decrease, as in TCP.
 */
export class WriteWindow {
  #width = 1
  #bestMs = Number.POSITIVE_INFINITY
  /** Of the last writes. */
  #shares: readonly number[] = []

  get width() {
    return this.#width
  }

  /** How many there may be after a batch that goes well. */
  get next() {
    return Math.min(MOST, this.#width + 1)
  }

  /**
   * After a batch that went well.
   *
   * @param tookMs of each write. Writes that run at once wait for each other, so what is judged is a write's share of
   *   the time: twice as many at once may take twice as long.
   */
  wrote(tookMs: readonly number[], atOnce = tookMs.length) {
    if (tookMs.length === 0) return
    this.#shares = [...this.#shares, ...tookMs.map((ms) => ms / atOnce)].slice(-SAMPLE)
    const shareMs = median(this.#shares)
    if (this.#shares.length === SAMPLE) {
      const slow = shareMs > this.#bestMs * SLOWER && shareMs - this.#bestMs > NOISE_MS
      this.#bestMs = Math.min(this.#bestMs * FORGETTING, shareMs)
      if (slow) return this.failed()
    }
    if (atOnce >= this.#width) this.#width = this.next
  }

  /** After a failure that passes, and when writes slow down. */
  failed() {
    this.#width = Math.max(1, Math.floor(this.#width / 2))
    this.#shares = []
  }

  /** After an outage: what was seen before it says little. */
  restart() {
    this.#width = 1
    this.#shares = []
    this.#bestMs = Number.POSITIVE_INFINITY
  }
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
