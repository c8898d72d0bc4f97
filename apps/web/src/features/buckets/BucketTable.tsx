import type { Bucket } from '@strongroom/shared/buckets'
import { type ReactNode, useMemo, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { BucketList } from '../../api/buckets.ts'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import type { Chosen } from '../../ui/row-choice.ts'
import { BucketFilters, isFiltering, useBucketFilter } from './BucketFilters.tsx'
import { BulkActs } from './BulkActs.tsx'
import { bucketColumns } from './bucket-columns.tsx'
import { matchingBuckets } from './bucket-filter.ts'

type Props = {
  list: BucketList | undefined
  defaultKey: string | null
  /** The bucket whose panel is open. */
  open: string | null
  trouble: ReactNode
}

const nobody: Chosen = new Set()
const nothing: readonly Bucket[] = []

/** All buckets, filtered by the URL; the selection outlives every filter, and says what of it is hidden. */
export function BucketTable({ list, defaultKey, open, trouble }: Props) {
  const filter = useBucketFilter()
  const [sort, setSort] = useUrlParam('sort')
  const [chosen, setChosen] = useState(nobody)
  const all = list?.buckets
  const rows = useMemo(() => all && matchingBuckets(all, filter, defaultKey), [all, filter, defaultKey])
  const columns = useMemo(() => bucketColumns(defaultKey), [defaultKey])
  // What was deleted meanwhile is selected no more.
  const selected = useMemo(
    () => (chosen.size === 0 ? nothing : (all?.filter(({ name }) => chosen.has(name)) ?? nothing)),
    [all, chosen],
  )
  const shown = useMemo(
    () => (chosen.size === 0 ? 0 : (rows?.filter(({ name }) => chosen.has(name)).length ?? 0)),
    [rows, chosen],
  )
  const choosing = useMemo(() => ({ chosen, onChoose: setChosen }), [chosen])
  return (
    <div className="flex flex-col gap-5">
      <BucketFilters buckets={all ?? nothing} filter={filter} defaultKey={defaultKey}>
        <p className="text-sm text-muted" role="status">
          {list && rows && words(rows.length, list)}
        </p>
        {isFiltering(filter) && <ShowAll />}
      </BucketFilters>
      <BulkActs
        buckets={selected}
        hidden={selected.length - shown}
        defaultKey={defaultKey}
        onClear={() => setChosen(nobody)}
      />
      <DataTable
        dense
        label="Buckets"
        columns={columns}
        // None of the first few is not none of all.
        rows={list?.partial && rows?.length === 0 ? undefined : rows}
        rowKey={nameOf}
        selected={open}
        sort={sort}
        onSort={setSort}
        choosing={choosing}
        empty={<NoBuckets filtered={isFiltering(filter)} />}
        trouble={trouble}
      />
    </div>
  )
}

const nameOf = ({ name }: Bucket) => name

function words(shown: number, { buckets, total, partial }: BucketList) {
  const of = counted(partial ? total : buckets.length, 'bucket')
  const found = shown === buckets.length && !partial ? of : `${count(shown)} of ${of}`
  return partial ? `${found}; the rest is being read …` : found
}

const FILTERS = ['q', 'show', 'seal', 'key']

function ShowAll() {
  const [, setParams] = useSearchParams()
  const clear = (before: URLSearchParams) => {
    const next = new URLSearchParams(before)
    for (const name of FILTERS) next.delete(name)
    return next
  }
  return (
    <Button look="quiet" onClick={() => setParams(clear, { replace: true })}>
      Show all
    </Button>
  )
}

const NoBuckets = ({ filtered }: { filtered: boolean }) => (
  <p className="text-muted">
    {filtered
      ? 'No bucket matches the filters.'
      : 'Buckets would be listed here. MinIO has none yet that you may see: create one, which encrypts from its first object on.'}
  </p>
)
