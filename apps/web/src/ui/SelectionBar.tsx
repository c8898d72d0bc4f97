import type { ReactNode } from 'react'
import { count, counted } from '../lib/format.ts'
import { Button } from './Button.tsx'

type Props = {
  noun: string
  count: number
  /** How many of them the filter hides. */
  hidden: number
  onClear: () => void
  /** What can be done with them. */
  children: ReactNode
}

/**
 * What is selected in a table, and what can be done with it: before the table for the keyboard, at the lower edge of the
 * window for the eye (of a flex column), so that it comes without moving a row.
 */
export function SelectionBar({ noun, count: selected, hidden, onClear, children }: Props) {
  if (selected === 0) return null
  const clear = () => {
    // The bar goes, and its button with it: the focus would go nowhere.
    document.querySelector<HTMLElement>('main thead input')?.focus({ preventScroll: true })
    onClear()
  }
  return (
    <section
      aria-label={`Selected ${noun}s`}
      className="arrive sticky bottom-3 z-20 order-last flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border border-edge bg-surface px-4 py-2 shadow-float print:hidden"
    >
      <p role="status" className="text-sm max-sm:flex-1">
        <span className="font-semibold">{counted(selected, noun)}</span> selected
        {hidden > 0 && (
          <span className="text-warning">, {hidden === selected ? 'all' : count(hidden)} hidden by the filter</span>
        )}
      </p>
      <div className="flex grow flex-wrap items-center gap-2 max-sm:order-last max-sm:basis-full">{children}</div>
      <Button look="quiet" onClick={clear}>
        Clear selection
      </Button>
    </section>
  )
}
