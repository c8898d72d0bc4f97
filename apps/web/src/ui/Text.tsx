import { type ReactNode, useState } from 'react'
import { exact, relative } from '../lib/format.ts'
import { Icon } from './Icon.tsx'
import { useNow } from './use-now.ts'

/** A moment, relative to now; the exact one in UTC is its title. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={exact(at)} className="whitespace-nowrap">
      {relative(at, useNow())}
    </time>
  )
}

/** A moment where there is room for both: relative to now, and the exact one in UTC. */
export const Moment = ({ at }: { at: string }) => (
  <>
    <Time at={at} /> <span className="whitespace-nowrap text-muted">{exact(at)}</span>
  </>
)

/** How old what stands before it is, where a table has little room: `12 min`. The exact moment in UTC is its title. */
export function Age({ at }: { at: string }) {
  return (
    <time dateTime={at} title={exact(at)} className="ml-1.5 align-middle text-xs text-muted">
      {relative(at, useNow()).replace(/ ago$/, '')}
    </time>
  )
}

const LONG = 24
const TAIL = 12

/** A name that may be long: cut in the middle when there is no room, whole to a screen reader and as its title. */
export function MiddleCut({ text }: { text: string }) {
  if (text.length <= LONG) return text
  return (
    <span title={text} className="flex min-w-0">
      <span className="sr-only">{text}</span>
      <span aria-hidden="true" className="truncate">
        {text.slice(0, -TAIL)}
      </span>
      <span aria-hidden="true" className="shrink-0">
        {text.slice(-TAIL)}
      </span>
    </span>
  )
}

const SAID_MS = 2_000

/** Puts `text` on the clipboard and says so. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [said, setSaid] = useState<string | null>(null)
  const copy = async () => {
    // Absent outside HTTPS and localhost.
    const done = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    )
    setSaid(done ? 'Copied' : 'The browser refuses; select it by hand')
    setTimeout(() => setSaid(null), SAID_MS)
  }
  return (
    <button
      type="button"
      onClick={copy}
      className="inline-flex shrink-0 items-center gap-1.5 rounded px-1.5 whitespace-nowrap py-0.5 text-xs text-muted hover:bg-sunken hover:text-ink pointer-coarse:min-h-11"
    >
      <Icon name={said === 'Copied' ? 'good' : 'copy'} size={14} />
      <span aria-live="polite">{said ?? label}</span>
    </button>
  )
}

/** Scrolls sideways where there is too little room, by keyboard too. */
export function ScrollBox({ className = '', children }: { className?: string; children: ReactNode }) {
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className={`overflow-x-auto ${className}`}
    >
      {children}
    </div>
  )
}

/** Lines for a terminal or a file. Capitals in them are places to fill in, never secrets. */
export function Lines({ label, lines, note }: { label: string; lines: readonly string[]; note?: ReactNode }) {
  return (
    <figure className="rounded-md border border-line bg-sunken">
      <figcaption className="flex items-center justify-between gap-3 border-b border-line px-3 py-1 text-xs text-muted">
        <span>{label}</span>
        <CopyButton text={lines.join('\n')} />
      </figcaption>
      <ScrollBox>
        <pre className="px-3 py-2 font-mono text-xs leading-5">{lines.join('\n')}</pre>
      </ScrollBox>
      {note && <p className="border-t border-line px-3 py-1.5 text-xs text-muted">{note}</p>}
    </figure>
  )
}

/** Facts as pairs of a word and a value. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(7.75rem,max-content)_1fr] gap-x-4 gap-y-1.5 text-sm">
      {facts.map(([word, value]) => (
        <div key={word} className="contents">
          <dt className="text-muted">{word}</dt>
          <dd className="min-w-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function HowWeKnow({ children }: { children: ReactNode }) {
  return (
    <details className="group text-sm">
      <summary className="inline-flex list-none items-center gap-1 rounded text-muted hover:text-ink">
        <Icon name="open" size={14} className="transition-transform duration-150 group-open:rotate-90" />
        How do we know?
      </summary>
      <div className="mt-2 space-y-3">{children}</div>
    </details>
  )
}
