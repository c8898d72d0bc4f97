import type { ReactNode } from 'react'
import { Icon, type IconName } from '../ui/Icon.tsx'

type StepFace = 'holds' | 'do' | 'waiting' | 'danger'

const faces: Record<StepFace, { icon: IconName; word: string; ink: string }> = {
  holds: { icon: 'good', word: 'Holds', ink: 'text-good' },
  do: { icon: 'doing', word: 'Do this', ink: 'text-accent' },
  waiting: { icon: 'waiting', word: 'Waiting', ink: 'text-muted' },
  danger: { icon: 'critical', word: 'Would lose data', ink: 'text-critical' },
}

type Props = {
  id: string
  number: number
  title: string
  face: StepFace
  current: boolean
  open: boolean
  onToggle: () => void
  /** A line under the title while it is closed. */
  summary?: string
  children: ReactNode
}

/** One step of a walk, in a list of them: its face can be told at a glance, and a click opens it. */
export function WalkStep({ id, number, title, face, current, open, onToggle, summary, children }: Props) {
  const { icon, word, ink } = faces[face]
  return (
    <li aria-current={current ? 'step' : undefined}>
      <h2>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={`step-${id}`}
          onClick={onToggle}
          className="flex w-full items-center gap-3 px-4 py-3 text-left hover:bg-sunken"
        >
          <Icon name={icon} size={20} className={ink} />
          <span className="min-w-0 grow">
            <span className="font-semibold">
              {number}. {title}
            </span>
            {summary && !open && <span className="block truncate text-sm text-muted max-sm:hidden">{summary}</span>}
          </span>
          <span className={`shrink-0 text-sm font-medium ${ink}`}>{word}</span>
        </button>
      </h2>
      {open && (
        <section id={`step-${id}`} aria-label={title} className="space-y-4 px-4 pb-5 sm:pl-12">
          {children}
        </section>
      )}
    </li>
  )
}
