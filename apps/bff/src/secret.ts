const inspect = Symbol.for('nodejs.util.inspect.custom')

/**
 * A value that must not be printed, serialised or kept. It is not assignable to `string` or `Uint8Array`, so no contract,
 * template or JSON body accepts it; what prints it gets `[secret]`.
 */
export class Secret<T extends string | Uint8Array> implements Disposable {
  #value: T | undefined

  constructor(value: T) {
    this.#value = value
  }

  /** Lends the value to `use`. Each call site is listed in architecture.test.ts: add one with care. */
  expose<R>(use: (value: T) => R): R {
    if (this.#value === undefined) throw new Error('secret used after it was wiped')
    return use(this.#value)
  }

  /** Overwrites bytes. Strings cannot be overwritten in JavaScript, only dropped. */
  [Symbol.dispose]() {
    if (this.#value instanceof Uint8Array) this.#value.fill(0)
    this.#value = undefined
  }

  toString() {
    return '[secret]'
  }

  toJSON() {
    return '[secret]'
  }

  [inspect]() {
    return '[secret]'
  }
}

/** What came in, in its box from there on; null where nothing did. */
export const boxed = (value: string | undefined): Secret<string> | null =>
  value === undefined ? null : new Secret(value)
