import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Icon } from './Icon.tsx'

type Props = {
  title: string
  onClose: () => void
  children: ReactNode
  /** Room for tables. */
  wide?: boolean
}

/** Details beside a table. Esc closes it; who opens it gives focus back to the row. */
export function SidePanel({ title, onClose, children, wide = false }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)
  const titleId = useId()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another row's details are another panel to a screen reader
  useEffect(() => heading.current?.focus({ preventScroll: true }), [title])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) onClose()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [onClose])
  return (
    <aside
      aria-labelledby={titleId}
      className={`arrive fixed inset-y-0 right-0 z-30 flex w-full flex-col border-l border-line bg-surface shadow-float sm:top-12 ${wide ? 'sm:w-[min(42rem,calc(100vw-4rem))]' : 'sm:w-[28rem]'}`}
    >
      <header className="flex items-center justify-between gap-4 border-b border-line px-5 py-3">
        <h2
          id={titleId}
          ref={heading}
          tabIndex={-1}
          className="min-w-0 font-mono text-base font-semibold wrap-anywhere outline-none"
        >
          {title}
        </h2>
        <button
          type="button"
          aria-label="Close details"
          onClick={onClose}
          className="rounded p-1 text-muted hover:text-ink pointer-coarse:p-3"
        >
          <Icon name="close" />
        </button>
      </header>
      <div className="grow space-y-5 overflow-y-auto px-5 py-4">{children}</div>
    </aside>
  )
}
