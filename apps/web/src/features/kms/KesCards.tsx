import type { KesStatus } from '@strongroom/shared/kms'
import type { ReactNode } from 'react'
import { duration, zonedClock } from '../../lib/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { Note } from '../../ui/Note.tsx'
import { Facts, HowWeKnow, Lines, Time } from '../../ui/Text.tsx'
import { CertificateEnd } from './CertificateEnd.tsx'
import { HopDetails, HopLine } from './HopLine.tsx'
import { firstBroken } from './hops.ts'
import { lastTold } from './last-told.ts'
import { milliseconds } from './milliseconds.ts'

export function KesCards({
  title,
  statuses,
  children,
}: {
  title: string
  statuses: readonly KesStatus[]
  children?: ReactNode
}) {
  const worstFirst = statuses.toSorted((a, b) => Number(b.trouble !== null) - Number(a.trouble !== null))
  return (
    <section aria-label={title} className="space-y-2">
      <h2 className="text-lg font-semibold">{title}</h2>
      {children}
      <div className="space-y-3">
        {worstFirst.map((status) => (
          <KesCard key={status.url} status={status} />
        ))}
      </div>
    </section>
  )
}

function KesCard({ status }: { status: KesStatus }) {
  const { url, reachable, trouble, hops } = status
  return (
    <article aria-label={url} className="min-w-0 space-y-4 rounded-md border border-line bg-surface p-4">
      <header className="flex items-center justify-between gap-3">
        <h3 className="truncate font-mono text-sm font-semibold" title={url}>
          {url}
        </h3>
        <span
          className={`inline-flex shrink-0 items-center gap-1.5 text-sm font-medium ${reachable ? 'text-good' : 'text-critical'}`}
        >
          <Icon name={reachable ? 'good' : 'critical'} />
          {reachable ? 'Answers' : 'Does not answer'}
        </span>
      </header>
      <HopLine hops={hops} />
      {trouble && !firstBroken(hops) && <Note tone={reachable ? 'warning' : 'critical'}>{trouble}</Note>}
      <KesFacts status={status} />
      <HowWeKnow>
        <p className="text-muted">The console went this way itself, under its identity for observing.</p>
        <HopDetails hops={hops} />
        <Lines label="The same from a terminal" lines={[`MINIO_KES_SERVER=${url} kes status`]} />
      </HowWeKnow>
    </article>
  )
}

/** What KES said of itself; when it is silent, what it said last, with its age. */
function KesFacts({ status }: { status: KesStatus }) {
  const told = lastTold(status)
  const { version, uptimeSeconds, keystoreReachable, keystoreLatencyMs, latencyMs, serverCertificate, checkedAt } = told
  return (
    <div className="space-y-2">
      {told !== status && (
        <p className="flex items-center gap-2 text-sm text-muted">
          <Icon name="waiting" className="text-warning" />
          As of {zonedClock(Date.parse(told.checkedAt))}; it has not answered since.
        </p>
      )}
      <div className={`grid gap-x-10 gap-y-1.5 md:grid-cols-2 ${told === status ? '' : 'stale'}`}>
        <Facts
          facts={[
            ['Version', version ?? 'not known'],
            ['Up for', uptimeSeconds === null ? 'not known' : duration(uptimeSeconds)],
            [
              'Server certificate',
              serverCertificate ? <CertificateEnd key="c" certificate={serverCertificate} /> : 'not seen',
            ],
          ]}
        />
        <Facts
          facts={[
            ['Keystore', keystore(keystoreReachable, keystoreLatencyMs)],
            ['Round trip', milliseconds(latencyMs)],
            ['Asked', <Time key="t" at={checkedAt} />],
          ]}
        />
      </div>
    </div>
  )
}

const keystore = (reachable: boolean | null, latencyMs: number | null) =>
  reachable === null
    ? 'not known'
    : reachable
      ? latencyMs === null
        ? 'can be reached'
        : `answers in ${milliseconds(latencyMs)}`
      : 'cannot be reached'
