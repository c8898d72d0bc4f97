import type { HouseRule } from '@strongroom/shared/house-policy'
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { BucketList } from '../../api/buckets.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { type Chip, Chips } from '../../ui/Chips.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { BucketLink } from './BucketLink.tsx'
import { BulkHouse } from './BulkHouse.tsx'
import { houseLook } from './bucket-words.ts'
import { Configured } from './Configured.tsx'
import { type HouseRow, houseView, type Standing, standingOf, standingOfRow, standings } from './house-draft.ts'
import { encryptionWords, lookOf } from './seal-of-bucket.ts'

const words: Record<Standing, Pick<Chip, 'label' | 'tone'>> = {
  drifted: { label: 'Drifted', tone: 'warning' },
  follows: { label: 'Follow', tone: 'good' },
  'not-read': { label: 'Not read', tone: 'info' },
  'no-rule': { label: 'No rule' },
}

type Props = { list: UseQueryResult<BucketList | undefined>; rules: readonly HouseRule[]; unsaved: boolean }

/** What the rules, as they stand on the page, say of each bucket. */
export function HouseBuckets({ list, rules, unsaved }: Props) {
  const [wanted, setStanding] = useUrlParam('standing')
  const [rule] = useUrlParam('rule')
  const [text, setText] = useUrlParam('q')
  const [sort, setSort] = useUrlParam('sort')
  const all = list.data?.buckets
  const view = useMemo(() => all && houseView(rules, all), [rules, all])
  const standing = standingOf(wanted)
  const rows = useMemo(
    () =>
      view?.rows.filter(
        (row) =>
          (!standing || standingOfRow(row) === standing) &&
          (!rule || row.standing?.pattern === rule) &&
          row.bucket.name.includes(text.trim().toLowerCase()),
      ),
    [view, standing, rule, text],
  )
  const chips = useMemo(() => chipsOf(view?.rows ?? []), [view])
  return (
    <section aria-label="Buckets under the rules" className="space-y-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-lg font-semibold">What they say of the buckets</h2>
        <BringBack list={list.data} unsaved={unsaved} />
      </div>
      <StaleLine read={list} />
      <div className="flex min-h-9 flex-wrap items-center gap-3">
        <SearchField label="Filter buckets" value={text} onChange={setText} />
        <Chips label="Standing" chips={chips} chosen={standing ?? ''} onChoose={setStanding} />
        <p role="status" className="text-sm text-muted">
          {rows && counted(rows.length, 'bucket')}
          {rule && `, of the rule ${rule}`}
        </p>
      </div>
      <DataTable
        label="Buckets under the rules"
        columns={columns}
        rows={rows}
        rowKey={keyOf}
        sort={sort}
        onSort={setSort}
        empty={
          <p className="text-muted">
            {all?.length === 0 ? 'MinIO has no bucket yet that you may see.' : 'No bucket matches the filters.'}
          </p>
        }
        trouble={!all && list.error && <FailureNote failure={list.error} onRetry={() => void list.refetch()} />}
      />
    </section>
  )
}

const keyOf = ({ bucket }: HouseRow) => bucket.name

const chipsOf = (rows: readonly HouseRow[]): Chip[] => {
  const found = rows.map(standingOfRow)
  return standings
    .map((each) => ({ id: each, ...words[each], count: found.filter((one) => one === each).length }))
    .filter((chip) => chip.count > 0)
}

/** By the rules that are saved: those are what the run follows. */
function BringBack({ list, unsaved }: { list: BucketList | undefined; unsaved: boolean }) {
  const [asking, setAsking] = useState(false)
  const drifted = useMemo(() => list?.buckets.filter(({ house }) => house?.drifted === true) ?? [], [list])
  if (drifted.length === 0) return null
  return (
    <>
      <Button
        look={unsaved ? 'plain' : 'primary'}
        why={unsaved ? 'Save the rules first.' : null}
        onClick={() => setAsking(true)}
      >
        Bring {drifted.length === 1 ? 'the one' : `all ${count(drifted.length)}`} drifted back
      </Button>
      {asking && <BulkHouse buckets={drifted} onClose={() => setAsking(false)} />}
    </>
  )
}

const names = new Intl.Collator('en', { numeric: true })

const columns: Column<HouseRow>[] = [
  {
    id: 'name',
    head: 'Bucket',
    cell: ({ bucket: { name } }) => <BucketLink name={name} />,
    compare: (a, b) => names.compare(a.bucket.name, b.bucket.name),
    className: 'w-auto',
  },
  {
    id: 'rule',
    head: 'Rule',
    cell: ({ standing }) =>
      standing ? (
        <span className="font-mono text-xs">{standing.pattern}</span>
      ) : (
        <span className="text-muted">None</span>
      ),
    compare: (a, b) => names.compare(a.standing?.pattern ?? '', b.standing?.pattern ?? ''),
    className: 'w-30 max-md:hidden xl:w-36',
  },
  {
    id: 'wants',
    head: 'Wants',
    cell: ({ standing }) =>
      standing ? (
        <SealBadge look={lookOf(standing, null).look} label={encryptionWords(standing)} />
      ) : (
        <span className="text-muted">–</span>
      ),
    className: 'w-40 max-lg:hidden xl:w-56',
  },
  {
    id: 'configured',
    head: 'Configured',
    cell: ({ bucket: { encryption } }) => <Configured at={encryption} defaultKey={null} />,
    className: 'w-40 max-md:hidden xl:w-56',
  },
  {
    id: 'standing',
    head: 'Standing',
    cell: ({ standing }) =>
      standing ? <StateMark look={houseLook(standing)} /> : <span className="text-muted">No rule</span>,
    compare: (a, b) => standings.indexOf(standingOfRow(a)) - standings.indexOf(standingOfRow(b)),
    className: 'w-32',
  },
]
