import { Link, useLocation } from 'wouter'
import { paths } from '../lib/paths.ts'

const tabs = [
  { href: paths.kms, word: 'KMS', at: (location: string) => location === paths.kms },
  {
    href: paths.kesAccess,
    word: 'Policies and identities',
    at: (location: string) => location === paths.kesAccess || location === paths.kesDraft(),
  },
  { href: paths.drills, word: 'Drills', at: (location: string) => location.startsWith(paths.drills) },
] as const

/** The pages of the key service, above each of them. */
export function KmsTabs() {
  const [location] = useLocation()
  return (
    <nav aria-label="KMS pages" className="border-b border-line print:hidden">
      <ul className="flex flex-wrap gap-x-1">
        {tabs.map(({ href, word, at }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={at(location) ? 'page' : undefined}
              className="-mb-px inline-flex min-h-9 items-center border-b-2 border-transparent px-2.5 text-sm text-muted hover:text-ink aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-ink pointer-coarse:min-h-11"
            >
              {word}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
