const UNIT_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** Reads a Go duration such as `5m0s` or `-1.5h`. Milliseconds; `undefined` when it is not one. */
export function parseDuration(text: string): number | undefined {
  const [, sign, amounts = ''] = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+|0)$/.exec(text) ?? []
  if (sign === undefined) return undefined
  let ms = 0
  for (const [, amount, unit] of amounts.matchAll(/([\d.]+)([a-zµ]+)/g)) ms += Number(amount) * UNIT_MS[unit!]!
  return sign === '-' ? -ms : ms
}

/** Writes milliseconds as Go prints a duration: `1m30s`, `2.5s`, `512.3µs`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`
  if (ms === 0) return '0s'
  if (ms < 1) return ms < 1e-3 ? `${Math.round(ms * 1e6)}ns` : `${round(ms * 1e3, 3)}µs`
  if (ms < 1000) return `${round(ms, 6)}ms`
  const hours = Math.floor(ms / UNIT_MS.h!)
  const minutes = Math.floor((ms % UNIT_MS.h!) / UNIT_MS.m!)
  const seconds = `${round((ms % UNIT_MS.m!) / 1000, 9)}s`
  return hours ? `${hours}h${minutes}m${seconds}` : minutes ? `${minutes}m${seconds}` : seconds
}

const round = (value: number, digits: number) => Number(value.toFixed(digits))
