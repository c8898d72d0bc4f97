import type { ReactNode } from 'react'
import { Link, useSearch } from 'wouter'
import { MiddleCut } from '../ui/Text.tsx'

type Props = {
  href: string
  /** What the row is known by; shown, where there are no `children`. */
  name: string
  /** Tells it from the others to a screen reader, where what is shown does not. */
  label?: string
  children?: ReactNode
}

/** The link that opens a row's details; the whole row is its target, and the filters in the URL stay. */
export function RowLink({ href, name, label, children }: Props) {
  const search = useSearch()
  return (
    <Link
      href={search ? `${href}?${search}` : href}
      data-row={name}
      aria-label={label}
      className={`${children ? '' : 'font-mono text-xs '}outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent`}
    >
      {children ?? <MiddleCut text={name} />}
    </Link>
  )
}

/** Puts the focus back on the row whose details were closed, or on the page when that row is out of sight or gone. */
export const focusRow = (name: string) =>
  requestAnimationFrame(() => {
    const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(name)}"]`)
    const back = row ?? document.querySelector<HTMLElement>('main')
    back?.focus({ preventScroll: true })
  })
