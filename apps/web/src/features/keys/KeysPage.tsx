import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { Link, useLocation, useParams, useSearch } from 'wouter'
import { useDenied } from '../../api/capabilities.ts'
import { keyList } from '../../api/keys.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Page } from '../../components/Page.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { focusRow } from '../../components/RowLink.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted } from '../../lib/format.ts'
import { keyOfPath, paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { type Chip, Chips } from '../../ui/Chips.tsx'
import { DataTable } from '../../ui/DataTable.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { Lines } from '../../ui/Text.tsx'
import { CreateKeyDialog } from './CreateKeyDialog.tsx'
import { KeyPanel } from './KeyPanel.tsx'
import { keyColumns } from './key-columns.tsx'
import { countStates, type KeyState, keyStateOf, matchingKeys } from './key-filter.ts'
import { keyLines } from './key-lines.ts'
import { stateWords } from './key-words.ts'

const KeyPage = lazy(() => import('./KeyPage.tsx').then((file) => ({ default: file.KeyPage })))

/** `/keys/NAME` is the list with the key beside it; with `?tab=` it is the whole account of the key. */
export function KeysPage() {
  const params = useParams<{ name?: string }>()
  const name = params.name === undefined ? undefined : keyOfPath(params.name)
  const [tab] = useUrlParam('tab')
  if (name === undefined || tab === '') return <KeyListPage name={name} />
  return (
    <Suspense>
      <KeyPage key={name} name={name} tab={tab} />
    </Suspense>
  )
}

function KeyListPage({ name }: { name: string | undefined }) {
  const search = useSearch()
  const [, navigate] = useLocation()
  const read = useQuery(keyList)
  const [text, setText] = useUrlParam('q')
  const [wanted, setState] = useUrlParam('state')
  const [sort, setSort] = useUrlParam('sort')
  const [act, setAct] = useUrlParam('act')
  const createDenied = useDenied('createKeys')
  const state = keyStateOf(wanted)
  const all = read.data?.keys
  const rows = useMemo(() => all && matchingKeys(all, text, state), [all, text, state])
  const chips = useMemo(() => chipsOf(all ?? []), [all])
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
    <Page
      title="Keys"
      lead="The keys in KES, as the console’s own identity sees them: which is in use, and which still opens."
      action={actions}
    >
      <StaleLine read={read} />
      <div className="flex min-h-9 flex-wrap items-center gap-3">
        <SearchField label="Filter keys" value={text} onChange={setText} />
        <Chips label="States" chips={chips} chosen={state ?? ''} onChoose={setState} />
        <p className="text-sm text-muted" role="status">
          {all && rows && words(rows.length, all.length, read.data?.partial === true)}
        </p>
      </div>
      <DataTable
        label="Keys"
        columns={keyColumns}
        rows={read.data?.partial && rows?.length === 0 ? undefined : rows}
        rowKey={nameOf}
        selected={name ?? null}
        sort={sort}
        onSort={setSort}
        empty={<NoKeys filtered={text !== '' || state !== undefined} />}
        trouble={!all && read.error && <FailureNote failure={read.error} onRetry={() => void read.refetch()} />}
      />
      <Lines label={`The same from a terminal; kes shows ${count(1025)} keys at most`} lines={keyLines.list} />
      {act === 'create' && <CreateKeyDialog onClose={() => setAct(null)} />}
      {name !== undefined && <KeyPanel key={name} name={name} onClose={close} />}
    </Page>
  )
}

const nameOf = ({ name }: { name: string }) => name

function words(shown: number, known: number, partial: boolean) {
  const of = partial ? `the first ${counted(known, 'key')}` : counted(known, 'key')
  const found = shown === known ? of : `${count(shown)} of ${of}`
  return partial ? `${found}; the rest is being read …` : found
}

const tones: Partial<Record<KeyState, Chip['tone']>> = {
  replaced: 'critical',
  missing: 'critical',
  unknown: 'warning',
  marked: 'warning',
  quarantined: 'warning',
}

/** States that every key shares tell nothing, so a list without trouble has no chips. */
const chipsOf = (keys: Parameters<typeof countStates>[0]): Chip[] =>
  countStates(keys)
    .filter((each) => each.count < keys.length || tones[each.state])
    .map(({ state, count: items }) => ({ id: state, label: stateWords[state], count: items, tone: tones[state] }))

const NoKeys = ({ filtered }: { filtered: boolean }) => (
  <p className="text-muted">
    {filtered
      ? 'No key matches the filters.'
      : 'Keys would be listed here. KES has none yet: create one, or import the key that MinIO runs on now before it makes another of the same name.'}
  </p>
)
