import { setTimeout as sleep } from 'node:timers/promises'

/** What `act` comes to, or the reason of a stop as soon as there is one: what writes nothing may be left to itself. */
export async function unlessStopped<T>(signal: AbortSignal, act: Promise<T>): Promise<T> {
  const stop = stopOf(signal)
  try {
    return await Promise.race([act, stop.promise.then(() => Promise.reject(signal.reason))])
  } finally {
    act.catch(() => undefined)
    stop.forget()
  }
}

/** Waits for `act`, after a stop no longer than `graceMs`. @returns whether it has ended */
export async function endsInTime(signal: AbortSignal, act: Promise<unknown>, graceMs: number): Promise<boolean> {
  const stop = stopOf(signal)
  const patience = new AbortController()
  const tooLong = stop.promise.then(() => sleep(graceMs, false, { signal: patience.signal })).catch(() => false)
  try {
    return await Promise.race([act.then(() => true), tooLong])
  } finally {
    patience.abort()
    stop.forget()
  }
}

function stopOf(signal: AbortSignal) {
  let heard = () => {}
  const promise = new Promise<void>((resolve) => {
    heard = resolve
  })
  if (signal.aborted) heard()
  else signal.addEventListener('abort', heard, { once: true })
  return { promise, forget: () => signal.removeEventListener('abort', heard) }
}
