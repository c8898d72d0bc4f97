import type { KesStatus } from '@strongroom/shared/kms'
import type { ReactNode } from 'react'
import { duration } from '../../lib/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import { Note } from '../../ui/Note.tsx'
import { CopyButton, Facts, Lines, Time } from '../../ui/Text.tsx'

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
      <div className="grid gap-3 lg:grid-cols-2">
        {worstFirst.map((status) => (
          <KesCard key={status.url} status={status} />
        ))}
      </div>
    </section>
  )
}

function KesCard({ status }: { status: KesStatus }) {
  const {
    url,
    reachable,
    trouble,
    version,
    uptimeSeconds,
    keystoreReachable,
    keystoreLatencyMs,
    latencyMs,
    identity,
    checkedAt,
  } = status
  return (
    <article aria-label={url} className="min-w-0 space-y-3 rounded-md border border-line bg-surface p-4">
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
      {trouble && <Note tone={reachable ? 'warning' : 'critical'}>{trouble}</Note>}
      <Facts
        facts={[
          ['Version', version ?? 'not known'],
          ['Up for', uptimeSeconds === null ? 'not known' : duration(uptimeSeconds)],
          ['Keystore', keystore(keystoreReachable, keystoreLatencyMs)],
          ['Round trip', milliseconds(latencyMs)],
          [
            'Console identity',
            <span key="i" className="inline-flex max-w-full items-center gap-1">
              <span className="truncate font-mono text-xs" title={identity}>
                {identity}
              </span>
              <CopyButton text={identity} />
            </span>,
          ],
          ['Asked', <Time key="t" at={checkedAt} />],
        ]}
      />
      <Lines label="The same from a terminal" lines={[`MINIO_KES_SERVER=${url} kes status`]} />
    </article>
  )
}

const milliseconds = (ms: number | null) =>
  ms === null ? 'not known' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`

const keystore = (reachable: boolean | null, latencyMs: number | null) =>
  reachable === null ? 'not known' : reachable ? `answers in ${milliseconds(latencyMs)}` : 'cannot be reached'
