import type { IamAudit, IamItem } from '@strongroom/shared/iam'
import { memo, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { FailureNote } from '../../components/FailureNote.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { bytes, count, counted } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { ItemLink, leaveItem } from './ItemLink.tsx'
import { ItemPanel } from './ItemPanel.tsx'
import { countOf, filterOf, filterParams } from './item-filter.ts'
import { isUnderDefault, sealLook } from './item-seal.ts'
import { openedWords } from './opened-words.ts'
import { useItems } from './use-items.ts'

/** The items of the latest audit. A running job draws itself ten times a second, and this not once. */
export const ItemTable = memo(function ItemTable({ audit }: { audit: IamAudit }) {
  const [text, setText] = useUrlParam('q')
  const [seal] = useUrlParam('seal')
  const [kind] = useUrlParam('kind')
  const [opened] = useUrlParam('opened')
  const [open, setOpen] = useUrlParam('item')
  const [, setParams] = useSearchParams()
  const filter = useMemo(() => filterOf({ q: text, seal, kind, opened }), [text, seal, kind, opened])
  const { rows, more, hasNextPage, error, retry } = useItems(audit, filter)
  const columns = useMemo(() => columnsFor(audit), [audit])
  const filtered = Object.keys(filter).length > 0
  const clear = () => setParams(withoutFilters, { replace: true })
  const matching = hasNextPage ? countOf(audit, filter) : (rows?.length ?? null)
  const by = [seal.replace(/^kms:/, ''), kind, opened && openedWords[opened as 'opened']?.label.toLowerCase()]
  return (
    <section aria-label="Items" className="space-y-3">
      <div className="flex min-h-9 flex-wrap items-center gap-3">
        <SearchField label="Search items" value={text} onChange={setText} />
        <p className="text-sm text-muted" role="status">
          {rows && (matching === null ? `${count(rows.length)} items so far` : counted(matching, 'item'))}
          {rows && by.some(Boolean) && `, filtered by ${by.filter(Boolean).join(' and ')}`}
        </p>
        {filtered && (
          <Button look="quiet" onClick={clear}>
            Show all
          </Button>
        )}
      </div>
      <DataTable
        label="IAM and config items"
        columns={columns}
        rows={rows}
        rowKey={keyOf}
        selected={open || null}
        onEnd={more}
        empty={
          <p className="text-muted">
            {filtered ? 'No item matches the filters.' : 'The drives hold no IAM or config item.'}
          </p>
        }
        trouble={!rows && error && <FailureNote failure={error} onRetry={retry} />}
      />
      {open && rows && (
        <ItemPanel
          path={open}
          item={rows.find(({ path }) => path === open)}
          audit={audit}
          onClose={() => leaveItem(() => setOpen(null))}
        />
      )}
    </section>
  )
})

const keyOf = ({ path }: IamItem) => path

function withoutFilters(before: URLSearchParams) {
  const next = new URLSearchParams(before)
  for (const name of filterParams) next.delete(name)
  return next
}

function migrationWord(item: IamItem, defaultKey: string | null) {
  const { own, movable, note } = item
  if (own) return 'A console session'
  if (isUnderDefault(item, defaultKey)) return 'Nothing to move'
  return movable ? (note ?? 'Can be moved') : `Stays: ${note ?? 'can’t be moved'}`
}

const columnsFor = ({ defaultKey, depth }: IamAudit): Column<IamItem>[] => [
  { id: 'name', head: 'Item', cell: (item) => <ItemLink item={item} />, className: 'w-auto' },
  { id: 'kind', head: 'Kind', cell: ({ kind }) => kind, className: 'w-36 max-md:hidden' },
  {
    id: 'seal',
    head: 'Sealed by',
    cell: (item) => <SealBadge {...sealLook(item, defaultKey)} />,
    className: 'w-44 max-sm:w-40',
  },
  ...(depth === 'opened' ? [openedColumn] : []),
  {
    id: 'move',
    head: 'Migration',
    cell: (item) => (
      <span className="text-muted" title={item.note}>
        {migrationWord(item, defaultKey)}
      </span>
    ),
    className: 'w-64 max-xl:hidden',
  },
  {
    id: 'copies',
    head: 'Drives',
    cell: ({ copies, drives }) => `${copies} of ${drives}`,
    className: 'w-24 text-right max-xl:hidden',
  },
  { id: 'size', head: 'Size', cell: ({ sizeBytes }) => bytes(sizeBytes), className: 'w-24 text-right max-md:hidden' },
]

const openedColumn: Column<IamItem> = {
  id: 'opened',
  head: 'Opened',
  cell: ({ opened }) =>
    opened === undefined ? (
      <span className="text-muted">Not tried</span>
    ) : (
      <span className={opened === 'failed' ? 'font-semibold text-critical' : ''}>{openedWords[opened].label}</span>
    ),
  className: 'w-36 max-lg:hidden',
}
