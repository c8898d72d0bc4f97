import { type ButtonHTMLAttributes, useId } from 'react'

const looks = {
  primary: 'bg-accent text-on-accent border-transparent hover:bg-accent-strong',
  plain: 'bg-surface text-ink border-edge hover:bg-sunken',
  danger: 'bg-surface text-critical border-critical hover:bg-critical-soft',
  quiet: 'bg-transparent text-ink border-transparent hover:bg-sunken',
} as const

export type ButtonLook = keyof typeof looks

export const buttonClass = (look: ButtonLook = 'plain') =>
  `inline-flex min-h-8 pointer-coarse:min-h-11 items-center justify-center gap-2 rounded-md border px-3 text-sm font-medium whitespace-nowrap transition-colors duration-150 aria-disabled:cursor-not-allowed aria-disabled:opacity-60 ${looks[look]}`

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> & {
  look?: ButtonLook
  /** The act is under way: the button keeps its place and its focus, and does nothing. */
  busy?: boolean
  /** Why it can't be done now; shown beside the button. */
  why?: string | null
}

/** A button that says why it is disabled. It stays in the tab order then, so that the reason is found by keyboard too. */
export function Button({
  look = 'plain',
  busy = false,
  why = null,
  onClick,
  children,
  type = 'button',
  ...rest
}: Props) {
  const whyId = useId()
  const off = busy || why !== null
  const button = (
    <button
      {...rest}
      type={off ? 'button' : type}
      className={`${buttonClass(look)} ${rest.className ?? ''}`}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      {...(why !== null && { 'aria-describedby': whyId })}
      onClick={off ? undefined : onClick}
    >
      {busy && <Spinner />}
      {children}
    </button>
  )
  if (why === null) return button
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3 gap-y-1">
      {button}
      <span id={whyId} className="max-w-80 text-sm text-muted">
        {why}
      </span>
    </span>
  )
}

const Spinner = () => (
  <svg
    aria-hidden="true"
    width="14"
    height="14"
    viewBox="0 0 16 16"
    className="animate-spin motion-reduce:animate-none"
  >
    <path d="M8 2a6 6 0 1 1-6 6" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
  </svg>
)
