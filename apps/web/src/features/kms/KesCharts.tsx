import { type KesPoint, readKesHistory } from '@strongroom/shared/kms'
import { useQuery } from '@tanstack/react-query'
import type * as z from 'zod/mini'
import { every, query } from '../../api/query.ts'
import { rate } from '../../lib/format.ts'
import { Time } from '../../ui/Text.tsx'
import { Aged } from './Aged.tsx'
import { frameOf } from './chart.ts'
import { type Line, LineChart } from './LineChart.tsx'
import { milliseconds } from './milliseconds.ts'

const READ_MS = 10_000
/** Two looks missed are a gap; one may just be late. */
const SILENT_LOOKS = 2.5

/** The last hour of each endpoint, as the console saw it. */
export function KesCharts() {
  const history = useQuery({ ...query(readKesHistory, {}), refetchInterval: every(READ_MS) })
  return (
    <section aria-label="The last hour" className="space-y-3">
      <h2 className="text-lg font-semibold">The last hour</h2>
      <Aged read={history} height="h-72">
        {(data) => <Charts history={data} />}
      </Aged>
    </section>
  )
}

function Charts({ history: { since, everySeconds, endpoints } }: { history: z.infer<typeof readKesHistory.reply> }) {
  // By the clock of the console, which may not be that of this browser.
  const looks = endpoints.flatMap(({ points }) => points.slice(-1).map(({ at }) => Date.parse(at)))
  const to = looks.length === 0 ? Date.now() : Math.max(...looks)
  return (
    <>
      <p className="text-sm text-muted">
        {since === null ? (
          'The console has not looked yet.'
        ) : (
          <>
            The console looks every {everySeconds} s; it began <Time at={since} />. Requests and errors are KES’s own
            counters; refusals by policy are in none of them.
          </>
        )}
      </p>
      {endpoints.map(({ url, points }) => (
        <EndpointCharts
          key={url}
          url={url}
          points={points}
          to={to}
          since={since === null ? null : Date.parse(since)}
          silenceMs={everySeconds * 1000 * SILENT_LOOKS}
        />
      ))}
    </>
  )
}

type Props = { url: string; points: readonly KesPoint[]; to: number; since: number | null; silenceMs: number }

function EndpointCharts({ url, points, to, since, silenceMs }: Props) {
  const line = (label: string, look: Line['look'], value: (point: KesPoint) => number | null): Line => ({
    label,
    look,
    samples: points.map((point) => ({ at: Date.parse(point.at), value: value(point) })),
  })
  const time = { ...frameOf(since, to), since, silenceMs }
  return (
    <article aria-label={url} className="space-y-3 rounded-md border border-line bg-surface p-4">
      <h3 className="truncate font-mono text-sm font-semibold" title={url}>
        {url}
      </h3>
      <div className="grid gap-x-8 gap-y-5 md:grid-cols-2 xl:grid-cols-3">
        <LineChart
          title="Round trip and keystore"
          words={milliseconds}
          {...time}
          lines={[
            line('trip', 'plain', ({ latencyMs }) => latencyMs),
            line('keystore', 'dashed', ({ keystoreLatencyMs }) => keystoreLatencyMs),
          ]}
        />
        <LineChart
          title="Requests and errors"
          words={rate}
          {...time}
          lines={[line('requests', 'plain', ({ requests }) => requests), line('errors', 'bad', ({ errors }) => errors)]}
        />
        <LineChart
          title="How long KES takes to answer"
          words={milliseconds}
          {...time}
          lines={[
            line('p50', 'plain', ({ p50Ms }) => p50Ms),
            line('p90', 'dashed', ({ p90Ms }) => p90Ms),
            line('p99', 'dotted', ({ p99Ms }) => p99Ms),
          ]}
        />
      </div>
    </article>
  )
}
