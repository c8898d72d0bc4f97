import { setImmediate } from 'node:timers/promises'

const TURN_MS = 5

/** When the event loop last came round, as far as is known here. */
let began = 0
let next: Promise<void> | undefined

/**
 * For long loops: the function it returns gives way to whatever else waits, once work has run for 5 ms. The clock is one for
 * all loops: several in a row, or side by side, would otherwise each take their 5 ms before anybody else.
 */
export function turns(): () => Promise<void> {
  return turn
}

const NOW = Promise.resolve()

function turn(): Promise<void> {
  if (performance.now() - began < TURN_MS) return NOW
  next ??= setImmediate().then(() => {
    began = performance.now()
    next = undefined
  })
  return next
}
