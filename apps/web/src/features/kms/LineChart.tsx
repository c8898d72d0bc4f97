import { type PointerEvent, useState } from 'react'
import { clock } from '../../lib/format.ts'
import { ChartTable } from './ChartTable.tsx'
import { latest, nearest, niceCeiling, PLOT, pathsOf, type Sample, type Scale, spread } from './chart.ts'

export interface Line {
  readonly label: string
  readonly look: keyof typeof looks
  readonly samples: readonly Sample[]
}

/** Told apart by stroke as well as by colour. */
const looks = {
  plain: { ink: 'text-accent', dash: undefined },
  dashed: { ink: 'text-muted', dash: '5 3' },
  dotted: { ink: 'text-info', dash: '1.5 3' },
  bad: { ink: 'text-critical', dash: '5 3' },
} as const

type Props = {
  title: string
  lines: readonly Line[]
  /** The moments at both ends, in milliseconds. */
  from: number
  to: number
  /** Of the table. */
  sliceMs: number
  /** From when somebody looked; what lies before was not watched. */
  since: number | null
  /** No sample for longer than this is a gap. */
  silenceMs: number
  words: (value: number) => string
}

const LABEL_ROOM = 18

/** A few lines over time from zero, labelled at their ends, with gaps where nothing was seen; and the same as a table. */
export function LineChart({ title, lines, from, to, sliceMs, since, silenceMs, words }: Props) {
  const [at, setAt] = useState<number | null>(null)
  const values = lines.flatMap(({ samples }) => samples.flatMap(({ value }) => (value === null ? [] : [value])))
  const top = niceCeiling(Math.max(0, ...values))
  const point = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    setAt(from + ((event.clientX - box.left) / box.width) * (to - from))
  }
  return (
    <figure aria-label={title} className="min-w-0 space-y-1">
      <figcaption className="text-sm font-semibold">{title}</figcaption>
      <p className="min-h-5 text-sm text-muted">
        {at === null ? summary(values, words) : told(lines, at, silenceMs, words)}
      </p>
      <div aria-hidden="true" className="grid grid-cols-[3rem_minmax(0,1fr)_6.5rem] gap-x-1.5">
        <div className="flex h-24 flex-col justify-between text-right text-xs leading-3 whitespace-nowrap text-muted">
          <span>{words(top)}</span>
          <span>0</span>
        </div>
        <div className="relative h-24 border-y border-line" onPointerMove={point} onPointerLeave={() => setAt(null)}>
          <Unwatched from={from} to={to} since={since} />
          <svg
            aria-hidden="true"
            viewBox={`0 0 ${PLOT.width} ${PLOT.height}`}
            preserveAspectRatio="none"
            className="absolute inset-0 size-full overflow-visible"
            fill="none"
            strokeWidth="1.6"
            strokeLinecap="round"
            strokeLinejoin="round"
          >
            {at !== null && (
              <path d={`M${share(at, from, to) * 10} 0V${PLOT.height}`} className="stroke-edge" {...thin} />
            )}
            {lines.map((line) => (
              <Drawn key={line.label} line={line} scale={{ from, to, top }} silenceMs={silenceMs} />
            ))}
          </svg>
        </div>
        <Ends lines={lines} to={to} top={top} silenceMs={silenceMs} words={words} />
        <div className="col-start-2 flex justify-between text-xs text-muted">
          <span>{clock(from)}</span>
          <span>{clock(to)}</span>
        </div>
      </div>
      <ChartTable title={title} lines={lines} from={from} to={to} sliceMs={sliceMs} words={words} />
    </figure>
  )
}

function Drawn({ line, scale, silenceMs }: { line: Line; scale: Scale; silenceMs: number }) {
  const { ink, dash } = looks[line.look]
  const { line: through, dots } = pathsOf(line.samples, scale, silenceMs)
  return (
    <g className={ink} stroke="currentColor">
      <path d={through} strokeDasharray={dash} vectorEffect="non-scaling-stroke" />
      <path d={dots} strokeWidth="5" vectorEffect="non-scaling-stroke" />
    </g>
  )
}

const thin = { strokeWidth: 1, vectorEffect: 'non-scaling-stroke' } as const
const share = (at: number, from: number, to: number) => ((at - from) / (to - from)) * 100

/** Before the console looked there is neither a line nor a zero. */
function Unwatched({ from, to, since }: { from: number; to: number; since: number | null }) {
  const until = Math.min(100, share(since ?? to, from, to))
  if (until <= 0) return null
  return (
    <div
      style={{ width: `${until}%` }}
      className="absolute inset-y-0 left-0 flex items-center justify-center overflow-hidden border-r border-dashed border-edge bg-sunken px-1 text-center text-xs text-muted"
    >
      {until > 25 && 'not watched'}
    </div>
  )
}

/** What each line is, and its value now, beside its end. */
function Ends({
  lines,
  to,
  top,
  silenceMs,
  words,
}: Pick<Props, 'lines' | 'to' | 'silenceMs' | 'words'> & { top: number }) {
  const now = lines.map(({ samples }) => latest(samples, to, silenceMs))
  const heights = spread(
    now.map((value) => 100 - ((value ?? 0) / top) * 100),
    LABEL_ROOM,
  )
  return (
    <ul className="relative h-24 text-xs leading-4">
      {lines.map(({ label, look }, index) => (
        <li
          key={label}
          style={{ top: `${heights[index]}%` }}
          className={`absolute inset-x-0 -translate-y-1/2 truncate ${looks[look].ink}`}
        >
          {label} <span className="font-semibold">{now[index] == null ? '–' : words(now[index])}</span>
        </li>
      ))}
    </ul>
  )
}

const summary = (values: readonly number[], words: Props['words']) =>
  values.length === 0 ? 'Nothing was seen yet.' : `Highest ${words(Math.max(...values))}.`

/** What the lines say where the pointer is. */
function told(lines: readonly Line[], at: number, silenceMs: number, words: Props['words']) {
  const seen = lines.map(({ label, samples }) => ({ label, sample: nearest(samples, at, silenceMs) }))
  const moment = seen.find(({ sample }) => sample)?.sample?.at
  if (moment === undefined) return `${clock(at)}: nothing was seen`
  const each = seen.map(({ label, sample }) => `${label} ${sample?.value == null ? 'not seen' : words(sample.value)}`)
  return `${clock(moment)}: ${each.join(', ')}`
}
