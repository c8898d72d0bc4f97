import { type IamAudit, type IamItem, ItemKind, listAuditItems } from '@strongroom/shared/iam'
import { SealState } from '@strongroom/shared/seal'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { call } from '../../api/call.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { bytes, counted } from '../../lib/format.ts'
import { keyLook, stateWords } from '../../lib/seal.ts'
import { Button } from '../../ui/Button.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { ItemLink, leaveItem } from './ItemLink.tsx'
import { ItemPanel } from './ItemPanel.tsx'

const PAGE = 1_000

export function ItemTable({ audit }: { audit: IamAudit }) {
  const [text, setText] = useUrlParam('q')
  const [seal, setSeal] = useUrlParam('seal')
  const [kind, setKind] = useUrlParam('kind')
  const [open, setOpen] = useUrlParam('item')
  const items = useItems({ text, seal, kind })
  const rows = useMemo(() => items.data?.pages.flatMap((page) => page.items), [items.data])
  const { fetchNextPage, hasNextPage, isFetching } = items
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])
  const columns = useMemo(() => columnsFor(audit.defaultKey), [audit.defaultKey])
  const filtered = text !== '' || seal !== '' || kind !== ''
  const clear = () => {
    setText(null)
    setSeal(null)
    setKind(null)
  }
  return (
    <section aria-label="Items" className="space-y-3">
      <div className="flex flex-wrap items-center gap-3">
        <SearchField label="Search items" value={text} onChange={setText} />
        {filtered && (
          <Button look="quiet" onClick={clear}>
            Show all
          </Button>
        )}
        <p className="text-sm text-muted" role="status">
          {rows &&
            `${counted(rows.length, 'item')}${hasNextPage ? ' so far' : ''}${seal || kind ? `, filtered by ${[seal.replace(/^kms:/, ''), kind].filter(Boolean).join(' and ')}` : ''}`}
        </p>
      </div>
      <DataTable
        label="IAM and config items"
        columns={columns}
        rows={rows}
        rowKey={(item) => item.path}
        selected={open || null}
        onEnd={more}
        empty={
          <p className="text-muted">
            {filtered ? 'No item matches the filters.' : 'The drives hold no IAM or config item.'}
          </p>
        }
        trouble={!rows && items.error && <FailureNote failure={items.error} onRetry={() => void items.refetch()} />}
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
}

/** `seal` is a state, or `kms:<key>`; what the URL says wrongly is no filter. */
function useItems({ text, seal, kind }: { text: string; seal: string; kind: string }) {
  const state = SealState.safeParse(seal.startsWith('kms:') ? 'kms' : seal).data
  const key = seal.startsWith('kms:') ? seal.slice('kms:'.length) : undefined
  const wantedKind = ItemKind.safeParse(kind).data
  const wanted = {
    ...(state && { state }),
    ...(key !== undefined && { key }),
    ...(wantedKind && { kind: wantedKind }),
    ...(text && { text }),
  }
  return useInfiniteQuery({
    queryKey: [listAuditItems.path, wanted],
    queryFn: ({ pageParam, signal }) =>
      call(listAuditItems, { ...wanted, limit: PAGE, ...(pageParam && { after: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  })
}

export const itemSeal = ({ state, key }: IamItem, defaultKey: string | null) =>
  state === 'kms' ? { look: keyLook(key, defaultKey), label: key ?? 'KMS', mono: true } : stateWords[state]

function migrationWord({ own, movable, note, state, key }: IamItem, defaultKey: string | null) {
  if (own) return 'A console session'
  if (state === 'kms' && key === defaultKey) return 'Nothing to move'
  return movable ? (note ?? 'Can be moved') : `Stays: ${note ?? 'can’t be moved'}`
}

const columnsFor = (defaultKey: string | null): Column<IamItem>[] => [
  { id: 'name', head: 'Item', cell: (item) => <ItemLink item={item} />, className: 'w-auto' },
  { id: 'kind', head: 'Kind', cell: ({ kind }) => kind, className: 'w-36 max-md:hidden' },
  {
    id: 'seal',
    head: 'Sealed by',
    cell: (item) => <SealBadge {...itemSeal(item, defaultKey)} />,
    className: 'w-44 max-sm:w-40',
  },
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
