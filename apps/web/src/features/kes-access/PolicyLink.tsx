import { Link, useSearch } from 'wouter'
import { paths } from '../../lib/paths.ts'

/** Opens the policy's details; what else is in the URL stays. `row`: the whole row of a table is its target. */
export function PolicyLink({ name, row = false }: { name: string; row?: boolean }) {
  const query = new URLSearchParams(useSearch())
  query.set('policy', name)
  return (
    <Link
      href={`${paths.kesAccess}?${query}`}
      replace={query.has('policy')}
      {...(row && { 'data-row': name })}
      className={
        row
          ? 'font-mono text-xs outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent'
          : 'font-mono text-xs text-accent wrap-anywhere hover:underline'
      }
    >
      {name}
    </Link>
  )
}
