// Loaded into the console's process before it: writes each half second how large it was at most, and how long its event
// loop stood still. Plain JavaScript, since it runs in the built console.
import { appendFileSync, readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const TICK_MS = 5
const file = process.env.BENCH_OBSERVED
// What the console starts is none of it.
delete process.env.BENCH_OBSERVED
delete process.env.NODE_OPTIONS

/** Milliseconds that this thread has computed. Linux tells; elsewhere all threads of the process count. */
function computedMs() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  } catch {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
}

let seen = { rss: 0, workMs: 0, stillMs: 0 }
let tick = performance.now()
let computed = computedMs()

function look() {
  const [now, all] = [performance.now(), computedMs()]
  const stillMs = Math.max(0, now - tick - TICK_MS)
  seen = {
    rss: Math.max(seen.rss, process.memoryUsage.rss()),
    // On a busy machine the rest is waiting for a processor: the thread's own, or the collector's threads that it waits for.
    workMs: Math.max(seen.workMs, Math.min(stillMs, all - computed)),
    stillMs: Math.max(seen.stillMs, stillMs),
  }
  tick = now
  computed = all
}

if (isMainThread && file !== undefined) {
  setInterval(look, TICK_MS).unref()
  setInterval(() => {
    appendFileSync(file, `${JSON.stringify({ at: Date.now(), ...seen })}\n`)
    seen = { rss: 0, workMs: 0, stillMs: 0 }
  }, 500).unref()
}
