import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Icon } from './Icon.tsx'

type Props = {
  title: string
  children: ReactNode
  /** Absent: the dialog can't be left without deciding. */
  onClose?: (() => void) | undefined
  /** Room for figures beside the decision. */
  wide?: boolean
}

/** Left to itself the browser would begin at the button that closes; in a group of choices it is the chosen one. */
function firstOf(dialog: HTMLElement | null): HTMLElement | null | undefined {
  const first = dialog?.querySelector<HTMLElement>('[data-focus]') ?? dialog?.querySelector<HTMLElement>('input')
  const choice = first?.matches('[type=radio]:not(:checked)') && dialog?.querySelector<HTMLElement>('input:checked')
  return choice || first || dialog?.querySelector<HTMLElement>('h2')
}

/** A native modal dialog, open while it is mounted. Focus goes back to where it was. */
export function Dialog({ title, onClose, children, wide = false }: Props) {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = ref.current
    const before = document.activeElement
    if (!dialog?.open) dialog?.showModal()
    firstOf(dialog)?.focus()
    return () => {
      dialog?.close()
      if (before instanceof HTMLElement) before.focus({ preventScroll: true })
    }
  }, [])
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose?.()
      }}
      className={`m-auto max-h-[calc(100dvh-2rem)] ${wide ? 'w-[min(46rem,calc(100vw-2rem))]' : 'w-[min(34rem,calc(100vw-2rem))]'} overflow-y-auto rounded-lg border border-line bg-surface p-0 text-ink shadow-float`}
    >
      <header className="flex items-start justify-between gap-4 px-5 pt-4">
        <h2 id={titleId} tabIndex={-1} className="outline-none text-lg font-semibold wrap-anywhere">
          {title}
        </h2>
        {onClose && (
          <button
            type="button"
            aria-label="Close"
            onClick={onClose}
            className="-mr-1 rounded p-1 text-muted hover:text-ink pointer-coarse:-mt-2.5 pointer-coarse:-mr-3 pointer-coarse:p-3.5"
          >
            <Icon name="close" />
          </button>
        )}
      </header>
      <div className="space-y-4 px-5 pt-3 pb-5">{children}</div>
    </dialog>
  )
}

export const DialogButtons = ({ children }: { children: ReactNode }) => (
  <div className="flex flex-wrap justify-end gap-2 pt-1">{children}</div>
)
