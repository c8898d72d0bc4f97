/**
 * Long work, cut into steps of a few milliseconds: each `next()` does one, and the last returns the result. Whoever serves
 * others meanwhile gives way to them in between; `return()` breaks the work off and wipes what was made.
 */
export type Steps<T> = Generator<void, T, void>

/** Does all of it at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
