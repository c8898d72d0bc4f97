import type { IamItem } from '@strongroom/shared/iam'
import { Link, useSearch } from 'wouter'
import { paths } from '../../lib/paths.ts'
import { MiddleCut } from '../../ui/Text.tsx'
import { shortPath } from './short-path.ts'

const FROM_TABLE = { openedFromTable: true }

/** Goes back to the table that the details were opened from, so that closing piles up no history; else `close`s them. */
export function leaveItem(close: () => void) {
  const state = history.state as Partial<typeof FROM_TABLE> | null
  if (!state?.openedFromTable) return close()
  history.replaceState(null, '') // Going back takes a moment, and a second Esc must not leave the page.
  history.back()
}

/** Opens the item's details; the filters stay in the URL. Back closes them, whichever items were looked at in turn. */
export function ItemLink({ item: { path } }: { item: IamItem }) {
  const query = new URLSearchParams(useSearch())
  const another = query.has('item')
  query.set('item', path)
  return (
    <Link
      href={`${paths.iam}?${query}`}
      replace={another}
      state={another ? history.state : FROM_TABLE}
      data-row={path}
      className="font-mono text-xs outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
    >
      <MiddleCut text={shortPath(path)} />
    </Link>
  )
}
