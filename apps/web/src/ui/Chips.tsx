import type { ReactNode } from 'react'
import { count } from '../lib/format.ts'
import { Icon } from './Icon.tsx'
import { type Tone, toneInk } from './Note.tsx'

export interface Chip {
  readonly id: string
  readonly label: ReactNode
  readonly count: number
  /** Its severity, as an icon before the word. */
  readonly tone?: Tone | undefined
}

type Props = {
  label: string
  chips: readonly Chip[]
  chosen: string
  /** Called with the id of a chip, or with null when the chosen one is chosen again. */
  onChoose: (id: string | null) => void
}

/** Counts that filter: each is a button, at most one is pressed. */
export function Chips({ label, chips, chosen, onChoose }: Props) {
  return (
    <ul aria-label={label} className="flex flex-wrap content-start gap-1">
      {chips.map(({ id, label: words, count: items, tone }) => (
        <li key={id}>
          <button
            type="button"
            aria-pressed={chosen === id}
            onClick={() => onChoose(chosen === id ? null : id)}
            className="inline-flex min-h-7 items-center gap-2 rounded-md border border-line px-2 text-sm hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft pointer-coarse:min-h-11"
          >
            {tone && <Icon name={tone} size={14} className={toneInk(tone)} />}
            {words} <span className="font-semibold">{count(items)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
