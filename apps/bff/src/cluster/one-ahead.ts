/**
 * The same values, each asked for while the last one is still being used.
 *
 * @param discard is given a value that was made and that nobody came for
 */
export async function* oneAhead<T>(source: AsyncGenerator<T, void>, discard: (value: T) => void) {
  let next = source.next()
  try {
    for (;;) {
      const { value, done } = await next
      if (done) return
      next = source.next()
      // Whoever is using the value now hears of a failure when they come for the next.
      next.catch(() => {})
      yield value
    }
  } finally {
    const left = await next.catch(() => undefined)
    if (left !== undefined && !left.done) discard(left.value)
    await source.return()
  }
}
