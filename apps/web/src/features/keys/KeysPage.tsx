import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Link, useLocation, useParams, useSearch } from 'wouter'
import { useDenied } from '../../api/capabilities.ts'
import { allKeys } from '../../api/keys.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Page } from '../../components/Page.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { focusRow, RowLink } from '../../components/RowLink.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted } from '../../lib/format.ts'
import { keyOfPath, paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { CreateKeyDialog } from './CreateKeyDialog.tsx'
import { KeyPanel } from './KeyPanel.tsx'

type Row = { name: string; isDefault: boolean }

export function KeysPage() {
  const params = useParams<{ name?: string }>()
  const name = params.name === undefined ? undefined : keyOfPath(params.name)
  const search = useSearch()
  const [, navigate] = useLocation()
  const keys = useQuery(allKeys)
  const [filter, setFilter] = useUrlParam('q')
  const [sort, setSort] = useUrlParam('sort')
  const [act, setAct] = useUrlParam('act')
  const createDenied = useDenied('createKeys')
  const all = keys.data
  const rows = useMemo(() => {
    const wanted = filter.toLowerCase()
    return all?.filter((key) => key.name.toLowerCase().includes(wanted))
  }, [all, filter])
  const close = () => {
    navigate(`${paths.keys}${search && `?${search}`}`)
    focusRow(name ?? '')
  }
  const actions = (
    <>
      <Link href={paths.keyImport} className={buttonClass()}>
        Import key
      </Link>
      <Button look="primary" why={createDenied} onClick={() => setAct('create')}>
        Create key
      </Button>
    </>
  )
  return (
    <Page title="Keys" lead="The keys in KES, as the console’s own identity sees them." action={actions}>
      <StaleLine read={keys} />
      <div className="flex flex-wrap items-center gap-3">
        <SearchField label="Filter keys" value={filter} onChange={setFilter} />
        <p className="text-sm text-muted" role="status">
          {all &&
            rows &&
            (rows.length === all.length
              ? counted(all.length, 'key')
              : `${count(rows.length)} of ${counted(all.length, 'key')}`)}
        </p>
      </div>
      <DataTable
        label="Keys"
        columns={columns}
        rows={rows}
        rowKey={(key) => key.name}
        selected={name ?? null}
        sort={sort}
        onSort={setSort}
        empty={<NoKeys filtered={filter !== ''} />}
        trouble={!all && keys.error && <FailureNote failure={keys.error} onRetry={() => void keys.refetch()} />}
      />
      {act === 'create' && <CreateKeyDialog onClose={() => setAct(null)} />}
      {name !== undefined && <KeyPanel key={name} name={name} onClose={close} />}
    </Page>
  )
}

const NoKeys = ({ filtered }: { filtered: boolean }) => (
  <p className="text-muted">
    {filtered
      ? 'No key matches the filter.'
      : 'Keys would be listed here. KES has none yet: create one, or import the key that MinIO runs on now before it makes another of the same name.'}
  </p>
)

const columns: Column<Row>[] = [
  {
    id: 'name',
    head: 'Key',
    cell: ({ name }) => <RowLink href={paths.key(name)} name={name} />,
    compare: (a, b) => a.name.localeCompare(b.name),
  },
  {
    id: 'use',
    head: 'Use',
    cell: ({ isDefault }) => (isDefault ? <SealBadge look="default" label="Default key" /> : ''),
    compare: (a, b) => Number(b.isDefault) - Number(a.isDefault),
    className: 'w-40',
  },
]
