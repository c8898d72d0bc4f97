import { useLocation } from 'wouter'
import { paths } from '../lib/paths.ts'
import { TabBar } from '../ui/TabBar.tsx'

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
    <div className="print:hidden">
      <TabBar label="KMS pages" tabs={tabs.map(({ href, word, at }) => ({ href, word, here: at(location) }))} />
    </div>
  )
}
