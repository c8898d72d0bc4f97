// Loaded into the console's process before it: writes each half second how large it is and how long its event loop stood
// still. Plain JavaScript, since it runs in the built console.
import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 2
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delay.enable()
setInterval(() => {
  const line = { at: Date.now(), rss: process.memoryUsage.rss(), stillMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS) }
  delay.reset()
  appendFileSync(process.env.BENCH_OBSERVED, `${JSON.stringify(line)}\n`)
}, 500).unref()
