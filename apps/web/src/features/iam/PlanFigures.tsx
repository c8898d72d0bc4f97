import type { IamAudit } from '@strongroom/shared/iam'
import { useQuery } from '@tanstack/react-query'
import { FailureNote } from '../../components/FailureNote.tsx'
import { count, counted } from '../../lib/format.ts'
import { sealSegments } from '../../lib/seal.ts'
import { SealBadge } from '../../ui/Seal.tsx'
import { planOf } from './use-items.ts'

/** What a migration would move: by kind, and from which seals. */
export function PlanFigures({ audit }: { audit: IamAudit }) {
  const { data, error, refetch } = useQuery(planOf(audit))
  if (error && !data) return <FailureNote failure={error} onRetry={() => void refetch()} />
  return (
    <dl className="grid min-h-28 grid-cols-[auto_1fr] content-start gap-x-4 gap-y-2 rounded-md bg-sunken p-3 text-sm">
      <dt className="text-muted">By kind</dt>
      <dd className="flex flex-wrap gap-x-4 gap-y-1">
        {data?.byKind.map(({ kind, count: items }) => (
          <span key={kind} className="whitespace-nowrap">
            {kind} <strong>{count(items)}</strong>
          </span>
        )) ?? 'Counting …'}
      </dd>
      <dt className="text-muted">Sealed now by</dt>
      <dd className="flex min-w-0 flex-wrap gap-x-4 gap-y-1">
        {data &&
          sealSegments(data.from, audit.defaultKey).map(({ id, label, look, count: items }) => (
            <span key={id} className="inline-flex max-w-full min-w-0 items-center gap-1.5">
              <SealBadge look={look} label={label} mono={id.startsWith('kms:')} /> <strong>{count(items)}</strong>
            </span>
          ))}
      </dd>
      <dt className="text-muted">Afterwards by</dt>
      <dd className="min-w-0">
        <SealBadge look="default" label={audit.defaultKey ?? '–'} mono />
      </dd>
    </dl>
  )
}

/** What a migration leaves where it is, why, and the way out. */
export function StayingItems({ audit }: { audit: IamAudit }) {
  const { data } = useQuery(planOf(audit))
  const total = data?.stays.reduce((sum, { count: items }) => sum + items, 0)
  return (
    <details className="min-h-6 text-sm">
      <summary className="font-medium">
        {total === undefined
          ? 'What can’t be moved'
          : total === 0
            ? 'Nothing has to stay'
            : `${counted(total, 'item')} can’t be moved, and why`}
      </summary>
      <ul className="mt-2 space-y-2">
        {data?.stays.map(({ kind, note, count: items, example }) => (
          <li key={kind + note} className="border-l-2 border-line pl-3">
            <span className="font-medium">
              {count(items)} {kind}
            </span>{' '}
            <span className="font-mono text-xs text-muted">
              {example}
              {items > 1 && ' …'}
            </span>
            <span className="block wrap-anywhere text-muted">{note}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
