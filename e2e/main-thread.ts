import { type Browser, expect, type Page, type TestInfo, test } from '@playwright/test'

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

/** What browsers call a long task. The longest one seen here takes half of it: the rest is left to collections of garbage. */
const LONG_MS = 50
/** What {@link yardstick} takes on the machine on which that was seen; a slower one gets longer. */
const YARDSTICK_MS = 60

/** Makes steps of a test that fail where a task of the main thread is long, for this machine. What they took is noted. */
export async function stepsWithoutLongTasks(browser: Browser, page: Page, annotations: TestInfo['annotations']) {
  const measured = await workDuring(browser, page, () => yardstick(page))
  const longest = Math.max(0, ...measured.cpuMs)
  expect(longest, 'the measure sees a task that is long').toBeGreaterThan(YARDSTICK_MS / 3)
  const limit = LONG_MS * Math.max(1, longest / YARDSTICK_MS)
  annotations.push({
    type: 'main thread',
    description: `yardstick: ${longest.toFixed(1)} ms; long from ${limit.toFixed(1)} ms`,
  })
  return (name: string, act: () => Promise<unknown>): Promise<Work> =>
    test.step(name, async () => {
      const work = await workDuring(browser, page, act)
      const top = work.cpuMs.slice(0, 3).map((ms) => ms.toFixed(1))
      const wall = work.longMs.join(', ') || 'none'
      const description = `${name}: longest ${top.join(', ')} ms of CPU; by the wall clock long: ${wall}`
      annotations.push({ type: 'main thread', description })
      expect(
        work.cpuMs.filter((ms) => ms > limit),
        `long tasks: ${name}`,
      ).toEqual([])
      return work
    })
}

/** Down to where a hand gets in some seconds: in steps of the height of a window, one a frame. */
export const scroll = (page: Page) =>
  page.locator('html').evaluate(async (html) => {
    const window = html.ownerDocument.defaultView
    for (let top = 0; top < Math.min(html.scrollHeight, 150_000); top += 900) {
      window.scrollTo(0, top)
      await new Promise((resolve) => window.requestAnimationFrame(resolve))
    }
    window.scrollTo(0, 0)
  })

/** Work of the kind that pages do, always the same: how fast is this machine? */
const yardstick = (page: Page) =>
  page.locator('html').evaluate((html) => {
    const window = html.ownerDocument.defaultView
    return new Promise<number>((resolve) =>
      window.setTimeout(() => {
        let sum = 0
        for (let round = 0; round < 150; round++) {
          const rows = Array.from({ length: 1_000 }, (_, at) => ({
            at,
            name: `user-${at * round}`,
            state: 'plaintext',
          }))
          sum += JSON.parse(JSON.stringify(rows)).sort((a: { name: string }, b: { name: string }) =>
            a.name < b.name ? -1 : 1,
          ).length
        }
        resolve(sum)
      }, 0),
    )
  })
