import { jobEnded, listJobs } from '@strongroom/shared/jobs'
import { type Overview, readOverview } from '@strongroom/shared/overview'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { Link } from 'wouter'
import { useSession } from '../api/capabilities.ts'
import { every, query } from '../api/query.ts'
import { count } from '../lib/format.ts'
import { paths } from '../lib/paths.ts'
import { applyTheme, storedTheme, themes } from '../lib/theme.ts'
import { Icon } from '../ui/Icon.tsx'
import { toneBox, toneInk } from '../ui/Note.tsx'
import { Account } from './Account.tsx'
import { Nav } from './Nav.tsx'
import { useAfterPage } from './use-after-page.ts'

const OVERVIEW_MS = 20_000
const JOBS_MS = 5_000

export function TopBar() {
  const cluster = useSession()?.cluster
  const after = useAfterPage()
  return (
    <header className="print:hidden sticky top-0 z-20 flex h-12 items-center gap-2 border-b border-line bg-surface px-3 sm:gap-3 sm:px-4">
      <MobileMenu />
      <Link href={paths.overview} className="shrink-0 font-semibold max-sm:hidden">
        Strongroom
      </Link>
      <span aria-hidden="true" className="text-edge max-sm:hidden">
        /
      </span>
      <p className="flex min-w-0 items-baseline gap-2">
        <span className="truncate font-medium" title={cluster?.name}>
          {cluster?.name}
        </span>
        <span className="truncate text-xs text-muted max-lg:hidden" title={cluster?.version ?? undefined}>
          {cluster?.version ?? 'version not known'}
        </span>
      </p>
      <div className="grow" />
      <Verdict asks={after} />
      <Jobs asks={after} />
      <ThemeButton />
      <Account />
    </header>
  )
}

const chips: Record<Overview['verdict']['id'], string> = {
  'iam-not-loaded': 'Users not loaded',
  'wrong-key': 'Wrong key in KES',
  'kes-down': 'KES unreachable',
  'kes-cached-only': 'Keystore unreachable',
  'kes-partly': 'KES in part',
  'root-credentials': 'Root credentials',
  'plaintext-iam': 'Plaintext IAM',
  'no-kms': 'No KMS',
  'static-key': 'Static key',
  'mixed-keys': 'Mixed keys',
  'buckets-open': 'Open buckets',
  'objects-plain': 'Plain objects',
  'not-verified': 'Not verified',
  expiring: 'Certificate ends',
  'no-backup': 'No proven backup',
  sealed: 'Sealed',
}

/** The verdict on every page; old or unknown, it says so. */
function Verdict({ asks }: { asks: boolean }) {
  const { data, error } = useQuery({ ...query(readOverview, {}), enabled: asks, refetchInterval: every(OVERVIEW_MS) })
  const shape = 'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-full border px-2.5 text-xs font-medium'
  if (!data)
    return (
      <span className={`${shape} border-dashed border-edge text-muted`}>
        <Icon name="unknown" size={14} />
        {error ? 'Not known' : 'Looking …'}
      </span>
    )
  const { id, severity, sentence } = data.verdict
  return (
    <Link
      href={paths.overview}
      title={sentence}
      aria-label={`Verdict: ${chips[id]}${error ? ', not read again since' : ''}`}
      className={`${shape} ${error ? 'border-dashed border-edge text-muted' : toneBox(severity)}`}
    >
      <Icon name={severity} size={14} className={error ? '' : toneInk(severity)} />
      {chips[id]}
    </Link>
  )
}

/** A ring for the work that runs, with how much of it. */
function Jobs({ asks }: { asks: boolean }) {
  const { data } = useQuery({ ...query(listJobs, {}), enabled: asks, refetchInterval: every(JOBS_MS) })
  const running = data?.jobs.filter((job) => !jobEnded(job)) ?? []
  const first = running[0]
  if (!first) return null
  const done = first.total ? first.done / first.total : 0
  const label = running.length === 1 ? `1 job runs: ${first.message}` : `${count(running.length)} jobs run`
  return (
    <Link
      href={running.length === 1 ? paths.job(first.id) : paths.jobs}
      aria-label={label}
      title={label}
      className="relative inline-flex size-8 shrink-0 items-center justify-center rounded-full text-xs font-semibold hover:bg-sunken"
    >
      <svg aria-hidden="true" viewBox="0 0 32 32" className="absolute inset-0 -rotate-90">
        <circle cx="16" cy="16" r="12" fill="none" strokeWidth="3" className="stroke-line" />
        <circle
          cx="16"
          cy="16"
          r="12"
          fill="none"
          strokeWidth="3"
          pathLength="100"
          strokeDasharray={`${Math.max(4, done * 100)} 100`}
          className="stroke-accent"
        />
      </svg>
      {running.length}
    </Link>
  )
}

const barButton =
  'inline-flex size-8 pointer-coarse:size-11 shrink-0 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-ink'

function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme)
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!
  const change = () => {
    applyTheme(next)
    setTheme(next)
  }
  return (
    <button
      type="button"
      onClick={change}
      aria-label={`Theme: ${theme}. Change to ${next}`}
      title={`Theme: ${theme}`}
      className={`${barButton} max-sm:hidden`}
    >
      <Icon name={theme} />
    </button>
  )
}

function MobileMenu() {
  const menu = useRef<HTMLDivElement>(null)
  return (
    <div className="sm:hidden">
      <button type="button" popoverTarget="screens-menu" aria-label="Menu" className={barButton}>
        <Icon name="menu" size={18} />
      </button>
      <div
        ref={menu}
        id="screens-menu"
        popover="auto"
        className="inset-x-2 top-14 m-0 w-auto rounded-lg border border-line bg-surface p-2 text-ink shadow-float"
      >
        <Nav onChoose={() => menu.current?.hidePopover()} />
        <div className="mt-2 flex items-center gap-2 border-t border-line pt-2 text-sm text-muted">
          <ThemeChoice />
        </div>
      </div>
    </div>
  )
}

function ThemeChoice() {
  const [theme, setTheme] = useState(storedTheme)
  return (
    <fieldset className="flex gap-1">
      <legend className="sr-only">Theme</legend>
      {themes.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === theme}
          onClick={() => {
            applyTheme(each)
            setTheme(each)
          }}
          className="flex h-11 items-center gap-2 rounded-md px-3 capitalize aria-pressed:bg-accent-soft aria-pressed:text-ink"
        >
          <Icon name={each} />
          {each}
        </button>
      ))}
    </fieldset>
  )
}
