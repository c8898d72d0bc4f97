import { Link, useLocation } from 'wouter'
import { paths } from '../lib/paths.ts'
import { Icon, type IconName } from '../ui/Icon.tsx'

/** `also`: another place that belongs to the screen. */
const screens: readonly { href: string; word: string; icon: IconName; also?: string }[] = [
  { href: paths.overview, word: 'Overview', icon: 'overview' },
  { href: paths.buckets, word: 'Buckets', icon: 'buckets' },
  { href: paths.kms, word: 'KMS', icon: 'kms' },
  { href: paths.keys, word: 'Keys', icon: 'keys' },
  { href: paths.iam, word: 'IAM migration', icon: 'iam' },
  { href: paths.move, word: 'Move to KES', icon: 'move' },
  { href: paths.activity, word: 'Activity', icon: 'activity', also: paths.jobs },
]

/** The screens there are. `rail`: icons alone where there is little room; the words stay for screen readers. */
export function Nav({ rail = false, onChoose }: { rail?: boolean; onChoose?: () => void }) {
  const [location] = useLocation()
  return (
    <nav aria-label="Screens">
      <ul className="space-y-0.5">
        {screens.map(({ href, word, icon, also }) => (
          <li key={href}>
            <Link
              href={href}
              {...(onChoose && { onClick: onChoose })}
              title={rail ? word : undefined}
              aria-current={isAt(location, href) || (also && isAt(location, also)) ? 'page' : undefined}
              className={`flex h-9 items-center gap-3 rounded-md px-2.5 text-muted hover:bg-sunken hover:text-ink aria-[current]:bg-accent-soft aria-[current]:font-medium aria-[current]:text-ink pointer-coarse:h-11 ${rail ? 'max-lg:justify-center max-lg:px-0' : ''}`}
            >
              <Icon name={icon} size={18} />
              <span className={rail ? 'max-lg:sr-only' : ''}>{word}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

const isAt = (location: string, href: string) => location === href || (href !== '/' && location.startsWith(`${href}/`))
