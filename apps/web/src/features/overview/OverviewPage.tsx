import { type Finding, type Overview, readOverview } from '@strongroom/shared/overview'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { every, query } from '../../api/query.ts'
import { Page } from '../../components/Page.tsx'
import { ReadDrives } from '../../components/ReadDrives.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { buttonClass } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Severity, toneInk } from '../../ui/Note.tsx'
import { HowWeKnow, Lines, Time } from '../../ui/Text.tsx'
import { Tiles } from './Tiles.tsx'

const READ_MS = 20_000

export function OverviewPage() {
  const overview = useQuery({ ...query(readOverview, {}), refetchInterval: every(READ_MS) })
  return (
    <Page title="Overview" hideTitle>
      <ReadView read={overview} height="h-40">
        {(data) => (
          <>
            <Verdict overview={data} />
            <Tiles overview={data} />
            <Findings findings={inStep(data)} />
          </>
        )}
      </ReadView>
    </Page>
  )
}

/** What the verdict says comes first: its cure is the primary action, and nothing as severe may stand above it. */
function inStep({ verdict, findings }: Overview): readonly Finding[] {
  const first = findings.find(({ id, severity }) => id === verdict.id && severity === findings[0]?.severity)
  return first ? [first, ...findings.filter((finding) => finding !== first)] : findings
}

function Verdict({ overview }: { overview: Overview }) {
  const { verdict, iam, checkedAt } = overview
  const unread = iam === null && verdict.id === 'not-verified'
  const cure = unread ? undefined : inStep(overview).find(({ action }) => action.href !== null)
  return (
    <section aria-label="Verdict" className="space-y-3">
      <div className="flex gap-3">
        <Icon name={verdict.severity} size={24} className={`mt-1 ${toneInk(verdict.severity)}`} />
        <div className="min-w-0">
          <p className="max-w-[52ch] text-verdict font-semibold text-balance">{verdict.sentence}</p>
          <p className="mt-1 text-sm text-muted first-letter:uppercase">{verdict.evidence}</p>
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 sm:pl-9">
        {unread && <ReadDrives look="primary" />}
        {cure && !unread && <Cure finding={cure} look="primary" />}
        {iam === null && !unread && <ReadDrives />}
        <Evidence checkedAt={checkedAt} />
      </div>
    </section>
  )
}

const Evidence = ({ checkedAt }: { checkedAt: string }) => (
  <HowWeKnow>
    <p className="text-muted">
      Asked <Time at={checkedAt} />. Each line shows the same from a terminal, with ALIAS for the cluster’s name in mc.
    </p>
    <Lines
      label="Ask the same yourself"
      lines={[
        'mc admin info ALIAS',
        'mc admin kms key status ALIAS',
        'mc encrypt info ALIAS/BUCKET',
        'mc support inspect --airgap "ALIAS/.minio.sys/config/**"',
        'kes key ls',
      ]}
    />
  </HowWeKnow>
)

function Cure({ finding: { action }, look = 'quiet' }: { finding: Finding; look?: 'primary' | 'quiet' }) {
  if (action.href === null) return <span className="text-sm text-muted">{action.label}</span>
  if (look === 'primary')
    return (
      <Link href={action.href} className={buttonClass('primary')}>
        {action.label}
      </Link>
    )
  return (
    <Link href={action.href} className="inline-flex items-center gap-1 text-sm font-medium text-accent hover:underline">
      {action.label}
      <Icon name="open" size={14} />
    </Link>
  )
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  return (
    <section aria-labelledby="findings" className="space-y-2">
      <h2 id="findings" className="text-lg font-semibold">
        Findings
      </h2>
      {findings.length === 0 && <p className="text-muted">None in what could be seen.</p>}
      <ul className="divide-y divide-line rounded-md border border-line bg-surface empty:hidden">
        {findings.map((finding) => (
          <li
            key={finding.id}
            className="grid gap-x-6 gap-y-1 px-4 py-3 sm:grid-cols-[6.5rem_1fr] lg:grid-cols-[6.5rem_1fr_minmax(0,16rem)]"
          >
            <Severity tone={finding.severity} />
            <div className="min-w-0">
              <h3 className="font-medium wrap-anywhere">{finding.title}</h3>
              <p className="max-w-[75ch] text-sm text-muted wrap-anywhere">{finding.detail}</p>
            </div>
            <div className="sm:col-start-2 lg:col-start-3 lg:text-right">
              <Cure finding={finding} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
