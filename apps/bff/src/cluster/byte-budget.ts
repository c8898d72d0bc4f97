/** How many bytes may be in memory at once; who wants more waits for its turn, in order. */
export class ByteBudget {
  readonly total: number
  #free: number
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = []

  constructor(total: number) {
    this.total = total
    this.#free = total
  }

  /**
   * Waits until that many bytes are free, and takes them until what it returns is called.
   *
   * @throws RangeError for more than there are in all
   */
  async take(bytes: number): Promise<() => void> {
    if (bytes > this.total) throw new RangeError(`${bytes} bytes are more than the budget of ${this.total}`)
    if (this.#waiting.length > 0 || bytes > this.#free) {
      await new Promise<void>((go) => this.#waiting.push({ bytes, go }))
    } else {
      this.#free -= bytes
    }
    return () => this.#giveBack(bytes)
  }

  #giveBack(bytes: number) {
    this.#free += bytes
    for (let next = this.#waiting[0]; next !== undefined && next.bytes <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#free -= next.bytes
      next.go()
    }
  }
}
