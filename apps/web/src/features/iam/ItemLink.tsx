import type { IamItem } from '@strongroom/shared/iam'
import { Link, useSearch } from 'wouter'
import { paths } from '../../lib/paths.ts'
import { MiddleCut } from '../../ui/Text.tsx'

/** What tells no item from another would take the room of what does. The details have the whole path. */
const SAME_FOR_ALL = /\/(identity|policy|members)\.json$/

/** Opens the item's details; the filters stay in the URL. */
export function ItemLink({ item: { path } }: { item: IamItem }) {
  const query = new URLSearchParams(useSearch())
  query.set('item', path)
  return (
    <Link
      href={`${paths.iam}?${query}`}
      replace
      data-row={path}
      className="font-mono text-xs outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
    >
      <MiddleCut text={path.replace(/^config\//, '').replace(SAME_FOR_ALL, '')} />
    </Link>
  )
}
