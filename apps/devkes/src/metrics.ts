import { availableParallelism, cpus } from 'node:os'

const BUCKETS_S = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 3, 5, 10]
const OUTCOMES = { success: [200, 400], error: [400, 500], failure: [500, 600] } as const

/** The counters of `/v1/metrics`. Only key, policy and identity requests that passed authentication are counted. */
export class Metrics {
  readonly #startedMs = Date.now()
  readonly #codes = new Map<number, number>()
  readonly #buckets = BUCKETS_S.map(() => 0)
  #active = 0
  #count = 0
  #sumS = 0
  readonly #events = { error: 0, audit: 0 }

  begin(): (status: number) => void {
    const start = performance.now()
    this.#active++
    return (status) => {
      const seconds = (performance.now() - start) / 1000
      this.#active--
      this.#count++
      this.#sumS += seconds
      this.#codes.set(status, (this.#codes.get(status) ?? 0) + 1)
      for (const [index, limit] of BUCKETS_S.entries()) if (seconds <= limit) this.#buckets[index]!++
    }
  }

  /** Counts an event sent to a follower of a log. */
  countEvent(kind: 'error' | 'audit') {
    this.#events[kind]++
  }

  /** Seconds since the start. */
  uptime(): number {
    return (Date.now() - this.#startedMs) / 1000
  }

  /** Prometheus text, format 0.0.4. */
  toText(): string {
    const { heapUsed, rss, heapTotal } = process.memoryUsage()
    return [
      ...this.#outcomes(),
      family('kes_http_request_active', 'gauge', 'Requests being answered.', this.#active),
      this.#responseTime(),
      family('kes_log_error_events', 'counter', 'Error events sent to followers of the log.', this.#events.error),
      family('kes_log_audit_events', 'counter', 'Audit events sent to followers of the log.', this.#events.audit),
      family('kes_system_up_time', 'gauge', 'Seconds since the server started.', this.uptime()),
      family('kes_system_num_cpu', 'gauge', 'Logical CPUs of the machine.', cpus().length),
      family('kes_system_num_cpu_used', 'gauge', 'Logical CPUs the server may use.', availableParallelism()),
      family('kes_system_num_threads', 'gauge', 'Threads of execution.', 1),
      family('kes_system_mem_heap_used', 'gauge', 'Bytes of live objects.', heapUsed),
      family('kes_system_mem_heap_objects', 'gauge', 'Objects on the heap; not known here.', 0),
      family('kes_system_mem_stack_used', 'gauge', 'Bytes outside the heap.', Math.max(0, rss - heapTotal)),
    ].join('')
  }

  #outcomes(): string[] {
    return Object.entries(OUTCOMES).flatMap(([outcome, [from, to]]) => {
      const counts = [...this.#codes].filter(([code]) => code >= from && code < to)
      if (counts.length === 0) return []
      const name = `kes_http_request_${outcome}`
      const samples = counts.map(([code, count]) => `${name}{code="${code}"} ${count}\n`)
      return [`${heading(name, 'counter', `Requests that ended in ${outcome}.`)}${samples.join('')}`]
    })
  }

  #responseTime(): string {
    const name = 'kes_http_response_time'
    const buckets = BUCKETS_S.map((limit, index) => `${name}_bucket{le="${limit}"} ${this.#buckets[index]}\n`)
    const rest = `${name}_bucket{le="+Inf"} ${this.#count}\n${name}_sum ${this.#sumS}\n${name}_count ${this.#count}\n`
    return `${heading(name, 'histogram', 'Seconds from request to answer.')}${buckets.join('')}${rest}`
  }
}

const heading = (name: string, type: string, help: string) => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
const family = (name: string, type: string, help: string, value: number) =>
  `${heading(name, type, help)}${name} ${value}\n`
