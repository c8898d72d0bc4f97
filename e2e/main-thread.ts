import type { Browser, Page } from '@playwright/test'

/** What the main thread of a page worked on for a while. */
export interface Work {
  /** CPU time of each task in milliseconds, longest first. */
  readonly cpuMs: readonly number[]
  /** Tasks that the browser itself calls long (`longtask`), in milliseconds on the wall. */
  readonly longMs: readonly number[]
  /** Layout shift that no input had caused just before. */
  readonly shift: number
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** CPU time in microseconds. */
  readonly tdur?: number
  readonly args: { readonly name?: string }
}

interface Entry {
  /** Milliseconds since the page was opened. */
  readonly startTime: number
  readonly duration: number
  /** Of layout shifts alone. */
  readonly value?: number
  readonly hadRecentInput?: boolean
}

/**
 * Runs `act` and tells the work of the main thread meanwhile. Judge it by CPU time: MinIO, the console, the browser and
 * the test share the machine's cores, and a task that waited for a core has done nothing wrong.
 */
export async function workDuring(browser: Browser, page: Page, act: () => Promise<unknown>): Promise<Work> {
  const since = await page.evaluate<number>('performance.timeOrigin + performance.now()')
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] })
  let trace: Buffer
  try {
    await act()
    await page.waitForTimeout(200) // Entries come after the task.
  } finally {
    trace = await browser.stopTracing()
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }
  const [longTasks, shifts] = await Promise.all([
    entries(page, 'longtask', since),
    entries(page, 'layout-shift', since),
  ])
  return {
    cpuMs: cpuTimes(traceEvents),
    longMs: longTasks.map(({ duration }) => duration),
    shift: shifts.reduce((sum, { value = 0, hadRecentInput }) => sum + (hadRecentInput ? 0 : value), 0),
  }
}

/** Of each task of a page's main thread, in milliseconds. */
function cpuTimes(events: readonly TraceEvent[]): number[] {
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`
  const names = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
  const mains = new Set(names.map(thread))
  return events
    .filter((event) => event.name.endsWith('RunTask') && mains.has(thread(event)))
    .flatMap(({ tdur }) => (tdur === undefined ? [] : [tdur / 1000]))
    .sort((a, b) => b - a)
}

/** What the browser has noted since the moment `since`, in milliseconds since 1970. */
const entries = (page: Page, type: 'longtask' | 'layout-shift', since: number): Promise<Entry[]> =>
  page.locator('html').evaluate(
    (html, [wanted, from]) => {
      const window = html.ownerDocument.defaultView
      const start = from - window.performance.timeOrigin
      const plain = ({ startTime, duration, value, hadRecentInput }: Entry) =>
        ({ startTime, duration, value, hadRecentInput }) as Entry
      return new Promise<Entry[]>((resolve) => {
        const found: Entry[] = []
        new window.PerformanceObserver((list: { getEntries(): Entry[] }) =>
          found.push(
            ...list
              .getEntries()
              .filter(({ startTime }) => startTime >= start)
              .map(plain),
          ),
        ).observe({ type: wanted, buffered: true })
        window.setTimeout(() => resolve(found), 100)
      })
    },
    [type, since] as const,
  )
