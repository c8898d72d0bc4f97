/** The counters of `GET /v1/metrics`, all rising since KES started. */
export interface KesCounters {
  /** Key, policy and identity calls that passed authentication; refusals by policy are in no counter of KES. */
  readonly requests: number
  /** Of those, answered with 4xx or 5xx. */
  readonly errors: number
  /** How many were answered within each time, by rising limit; the last is +Inf. */
  readonly responseTimes: readonly { readonly limitSeconds: number; readonly count: number }[]
}

const SAMPLE = /^(\w+)(?:\{([^}]*)\})? (\S+)/

/** Reads Prometheus text (format 0.0.4). Null when it is not that of KES: a quiet KES has no request counters yet. */
export function parseKesMetrics(text: string): KesCounters | null {
  const responseTimes: { limitSeconds: number; count: number }[] = []
  let [success, errors] = [0, 0]
  for (const line of text.split('\n')) {
    const [, name, labels = '', value = ''] = SAMPLE.exec(line) ?? []
    if (name === 'kes_http_request_success') success += Number(value)
    if (name === 'kes_http_request_error' || name === 'kes_http_request_failure') errors += Number(value)
    if (name === 'kes_http_response_time_bucket') {
      const limit = /le="([^"]+)"/.exec(labels)?.[1] ?? ''
      responseTimes.push({ limitSeconds: limit === '+Inf' ? Infinity : Number(limit), count: Number(value) })
    }
  }
  const numbers = [success, errors, ...responseTimes.flatMap(({ limitSeconds, count }) => [limitSeconds, count])]
  if (responseTimes.length === 0 || numbers.some(Number.isNaN)) return null
  responseTimes.sort((a, b) => a.limitSeconds - b.limitSeconds)
  return { requests: success + errors, errors, responseTimes }
}

/** Per second, and milliseconds. */
export interface KesTraffic {
  readonly requests: number
  readonly errors: number
  /** Null while nothing was asked. */
  readonly p50Ms: number | null
  readonly p90Ms: number | null
  readonly p99Ms: number | null
}

/** What went through between two readings; null when KES was started anew in between. */
export function kesTraffic(before: KesCounters, after: KesCounters, seconds: number): KesTraffic | null {
  const requests = after.requests - before.requests
  const errors = after.errors - before.errors
  const times = after.responseTimes.map(({ limitSeconds, count }, i) => ({
    limitSeconds,
    count: count - (before.responseTimes[i]?.count ?? 0),
  }))
  if (seconds <= 0 || requests < 0 || errors < 0 || times.some(({ count }) => count < 0)) return null
  const milliseconds = (share: number) => percentile(times, share)
  return {
    requests: round(requests / seconds),
    errors: round(errors / seconds),
    p50Ms: milliseconds(0.5),
    p90Ms: milliseconds(0.9),
    p99Ms: milliseconds(0.99),
  }
}

/** Within a bucket all times count as evenly spread; beyond the last limit only that limit is known. */
function percentile(times: KesCounters['responseTimes'], share: number): number | null {
  const rank = (times.at(-1)?.count ?? 0) * share
  if (rank === 0) return null
  const at = times.findIndex(({ count }) => count >= rank)
  const { limitSeconds, count } = times[at]!
  const below = times[at - 1] ?? { limitSeconds: 0, count: 0 }
  if (limitSeconds === Infinity) return below.limitSeconds * 1_000
  const within = (rank - below.count) / (count - below.count)
  return round((below.limitSeconds + (limitSeconds - below.limitSeconds) * within) * 1_000)
}

const round = (value: number) => Math.round(value * 100) / 100
