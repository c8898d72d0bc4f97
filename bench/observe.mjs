// Loaded into the console's process before it: writes each half second how large it was at most, and how long its event
// loop stood still. Plain JavaScript, since it runs in the built console.
import { appendFileSync, readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

const TICK_MS = 5
const file = process.env.BENCH_OBSERVED
// What the console starts is none of it.
delete process.env.BENCH_OBSERVED
delete process.env.NODE_OPTIONS

/** Milliseconds that this thread has waited for a processor which others had; Linux alone tells, elsewhere it is none. */
function waitedMs() {
  try {
    return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

let seen = { rss: 0, ownMs: 0, stillMs: 0 }
let tick = performance.now()
let waited = waitedMs()

function look() {
  const [now, wait] = [performance.now(), waitedMs()]
  const stillMs = Math.max(0, now - tick - TICK_MS)
  seen = {
    rss: Math.max(seen.rss, process.memoryUsage.rss()),
    // What is left was spent on work, on the collector, or on waiting for a disk: on what the console did itself.
    ownMs: Math.max(seen.ownMs, stillMs - (wait - waited)),
    stillMs: Math.max(seen.stillMs, stillMs),
  }
  tick = now
  waited = wait
}

if (isMainThread && file !== undefined) {
  setInterval(look, TICK_MS).unref()
  setInterval(() => {
    appendFileSync(file, `${JSON.stringify({ at: Date.now(), ...seen })}\n`)
    seen = { rss: 0, ownMs: 0, stillMs: 0 }
  }, 500).unref()
}
