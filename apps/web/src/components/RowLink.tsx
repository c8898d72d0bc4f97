import { Link, useSearch } from 'wouter'
import { MiddleCut } from '../ui/Text.tsx'

/** The link that opens a row's details; the whole row is its target, and the filters in the URL stay. */
export function RowLink({ href, name }: { href: string; name: string }) {
  const search = useSearch()
  return (
    <Link
      href={search ? `${href}?${search}` : href}
      data-row={name}
      className="font-mono text-xs outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
    >
      <MiddleCut text={name} />
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
