import { expect, test } from 'vitest'
import { kesTraffic, parseKesMetrics } from './metrics.ts'

/** As KES writes it; counts of answers within 10 ms, 50 ms, 100 ms and all. */
const text = (counts: readonly [number, number, number, number], extra = '') => `# HELP kes_http_response_time Histogram
# TYPE kes_http_response_time histogram
kes_http_response_time_bucket{le="0.01"} ${counts[0]}
kes_http_response_time_bucket{le="0.05"} ${counts[1]}
kes_http_response_time_bucket{le="0.1"} ${counts[2]}
kes_http_response_time_bucket{le="+Inf"} ${counts[3]}
kes_http_response_time_sum 0.001
kes_http_response_time_count ${counts[3]}
${extra}kes_system_up_time 1.234e+06
`
const success = (count: number) => `kes_http_request_success{code="200"} ${count}\n`
const parse = (...given: Parameters<typeof text>) => parseKesMetrics(text(...given))!

test('a quiet KES has no request counters yet', () => {
  expect(parse([0, 0, 0, 0])).toMatchObject({ requests: 0, errors: 0 })
  expect(parseKesMetrics('')).toBeNull()
  expect(parseKesMetrics('{"message":"no"}')).toBeNull()
})

test('all codes are summed up', () => {
  const extra = `${success(5)}kes_http_request_error{code="400"} 2\nkes_http_request_error{code="404"} 1\nkes_http_request_failure{code="502"} 3\n`
  expect(parse([0, 0, 0, 11], extra)).toMatchObject({ requests: 11, errors: 6 })
})

test('rates and percentiles are of what came in between', () => {
  const before = parse([100, 100, 100, 100], success(100))
  const after = parse([150, 190, 200, 200], success(200))
  // 50 within 10 ms, 40 more within 50 ms, 10 more within 100 ms.
  expect(kesTraffic(before, after, 10)).toEqual({ requests: 10, errors: 0, p50Ms: 10, p90Ms: 50, p99Ms: 95 })
})

test('beyond the last limit only the limit is known', () => {
  const after = parse([0, 0, 0, 10], success(10))
  expect(kesTraffic(parse([0, 0, 0, 0]), after, 1)).toMatchObject({ requests: 10, p50Ms: 100, p99Ms: 100 })
})

test('without a request there are no percentiles', () => {
  const same = parse([1, 1, 1, 1], success(1))
  expect(kesTraffic(same, same, 10)).toEqual({ requests: 0, errors: 0, p50Ms: null, p90Ms: null, p99Ms: null })
})

test('counters that fall are a restart, also when the sum has grown', () => {
  const before = parse([5, 5, 5, 5], success(5))
  expect(kesTraffic(before, parse([0, 0, 0, 0]), 10)).toBeNull()
  expect(kesTraffic(before, parse([1, 9, 9, 9], success(9)), 10)).toBeNull()
})
