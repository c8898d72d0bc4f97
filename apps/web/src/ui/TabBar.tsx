import { Link } from 'wouter'

export interface Tab {
  readonly href: string
  readonly word: string
  readonly here: boolean
}

/** Links to what lies side by side, each with its own address. `many`: closer together where the window is narrow. */
export const TabBar = ({ label, tabs, many = false }: { label: string; tabs: readonly Tab[]; many?: boolean }) => (
  <nav aria-label={label} className="border-b border-line">
    <ul className={`flex flex-wrap ${many ? 'sm:gap-x-1' : 'gap-x-1'}`}>
      {tabs.map(({ href, word, here }) => (
        <li key={href}>
          <Link
            href={href}
            aria-current={here ? 'page' : undefined}
            className={`-mb-px inline-flex min-h-9 items-center border-b-2 border-transparent ${many ? 'px-1.5 sm:px-2.5' : 'px-2.5'} text-sm text-muted hover:text-ink aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-ink pointer-coarse:min-h-11`}
          >
            {word}
          </Link>
        </li>
      ))}
    </ul>
  </nav>
)
