import { type Bucket, listBuckets } from '@strongroom/shared/buckets'
import { readKms } from '@strongroom/shared/kms'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useLocation, useParams, useSearch } from 'wouter'
import { every, query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Page } from '../../components/Page.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { focusRow, RowLink } from '../../components/RowLink.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { SealBadge, SealBar } from '../../ui/Seal.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { Time } from '../../ui/Text.tsx'
import { BucketPanel } from './BucketPanel.tsx'
import { bucketSegments, keyOf, lookOf, reasonOf } from './seal-of-bucket.ts'

const READ_MS = 30_000

export function BucketsPage() {
  const { name } = useParams<{ name?: string }>()
  const search = useSearch()
  const [, navigate] = useLocation()
  const buckets = useQuery({ ...query(listBuckets, {}), refetchInterval: every(READ_MS) })
  const defaultKey = useQuery(query(readKms, {})).data?.defaultKey ?? null
  const [filter, setFilter] = useUrlParam('q')
  const [seal, setSeal] = useUrlParam('seal')
  const [sort, setSort] = useUrlParam('sort')
  const all = buckets.data?.buckets
  const rows = useMemo(
    () =>
      all?.filter(
        (bucket) =>
          bucket.name.includes(filter.toLowerCase()) && (!seal || lookOf(bucket.effective, defaultKey).id === seal),
      ),
    [all, filter, seal, defaultKey],
  )
  const columns = useMemo(() => columnsFor(defaultKey), [defaultKey])
  const chosen = name === undefined ? undefined : all?.find((bucket) => bucket.name === name)
  const close = () => {
    navigate(`${paths.buckets}${search && `?${search}`}`)
    focusRow(name ?? '')
  }
  return (
    <Page
      title="Buckets"
      lead="What seals an object that is written now, and why. Objects written before stay as they are."
    >
      <StaleLine read={buckets} />
      {all && all.length > 0 && (
        <SealBar
          caption="Buckets by what seals a new object"
          noun="bucket"
          segments={bucketSegments(all, defaultKey)}
          readAt={buckets.data!.checkedAt}
          selected={seal || null}
          onSelect={setSeal}
        />
      )}
      <div className="flex flex-wrap items-center gap-3">
        <SearchField label="Filter buckets" value={filter} onChange={setFilter} />
        <p className="text-sm text-muted" role="status">
          {rows &&
            all &&
            (rows.length === all.length
              ? counted(all.length, 'bucket')
              : `${rows.length} of ${counted(all.length, 'bucket')}`)}
        </p>
      </div>
      <DataTable
        label="Buckets"
        columns={columns}
        rows={rows}
        rowKey={(bucket) => bucket.name}
        selected={name ?? null}
        sort={sort}
        onSort={setSort}
        empty={<NoBuckets filtered={filter !== '' || seal !== ''} />}
        trouble={
          !all && buckets.error && <FailureNote failure={buckets.error} onRetry={() => void buckets.refetch()} />
        }
      />
      {name !== undefined && all && (
        <BucketPanel key={name} name={name} bucket={chosen} defaultKey={defaultKey} onClose={close} />
      )}
    </Page>
  )
}

const NoBuckets = ({ filtered }: { filtered: boolean }) => (
  <p className="text-muted">
    {filtered
      ? 'No bucket matches the filter.'
      : 'Buckets would be listed here. MinIO has none yet that you may see: make one with “mc mb ALIAS/BUCKET”.'}
  </p>
)

const columnsFor = (defaultKey: string | null): Column<Bucket>[] => [
  {
    id: 'name',
    head: 'Bucket',
    cell: ({ name }) => <RowLink href={paths.bucket(name)} name={name} />,
    compare: (a, b) => a.name.localeCompare(b.name),
    className: 'w-auto',
  },
  {
    id: 'configured',
    head: 'Configured',
    cell: ({ encryption }) =>
      encryption?.mode === 'none' ? (
        <span className="text-muted">Nothing</span>
      ) : (
        <SealBadge {...lookOf(encryption, defaultKey)} />
      ),
    className: 'w-36 max-md:hidden',
  },
  {
    id: 'effective',
    head: 'New objects',
    cell: ({ effective }) => <SealBadge {...lookOf(effective, defaultKey)} />,
    compare: (a, b) => (a.effective?.mode ?? '').localeCompare(b.effective?.mode ?? ''),
    className: 'w-36',
  },
  {
    id: 'key',
    head: 'Key',
    cell: (bucket) => (
      <span className={bucket.effective?.key ? 'font-mono text-xs' : 'text-muted'} title={keyOf(bucket, defaultKey)}>
        {keyOf(bucket, defaultKey)}
      </span>
    ),
    compare: (a, b) => keyOf(a, defaultKey).localeCompare(keyOf(b, defaultKey)),
    className: 'w-44 max-xl:hidden',
  },
  {
    id: 'reason',
    head: 'Why',
    cell: (bucket) => (
      <span className="text-muted" title={reasonOf(bucket)}>
        {reasonOf(bucket)}
      </span>
    ),
    className: 'w-auto max-xl:hidden min-[1400px]:w-[30%]',
  },
  {
    id: 'created',
    head: 'Made',
    cell: ({ createdAt }) => (createdAt ? <Time at={createdAt} /> : '–'),
    compare: (a, b) => (a.createdAt ?? '').localeCompare(b.createdAt ?? ''),
    className: 'w-32 text-right max-md:hidden',
  },
]
