import { setImmediate } from 'node:timers/promises'

const TURN_MS = 15

/** For long loops: the function it returns gives way to whatever else waits, once the loop has run for 15 ms. */
export function turns(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < TURN_MS) return
    await setImmediate()
    since = performance.now()
  }
}
