import { type AuditHead, compareAudits, ItemChange, listAudits } from '@strongroom/shared/iam'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { Link } from 'wouter'
import { call } from '../../api/call.ts'
import { query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Page } from '../../components/Page.tsx'
import { ReadDrives } from '../../components/ReadDrives.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted, exact } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { sealSegments } from '../../lib/seal.ts'
import { buttonClass } from '../../ui/Button.tsx'
import { Chips } from '../../ui/Chips.tsx'
import { Select } from '../../ui/Field.tsx'
import { Note } from '../../ui/Note.tsx'
import { SealBar } from '../../ui/Seal.tsx'
import { ChangeTable } from './ChangeTable.tsx'
import { auditWords, changes, chosenAudits } from './change-words.ts'

const PAGE = 500
const AT_ONCE = 10_000

export function ComparePage() {
  const audits = useQuery(query(listAudits, {}))
  return (
    <Page
      title="Compare audits"
      lead="What changed on the drives between two readings: what regressed first, then what moved, came and went."
      action={
        <Link href={paths.iam} className={buttonClass()}>
          IAM migration
        </Link>
      }
    >
      <ReadView read={audits} height="h-[30rem]">
        {(data) => <Choose audits={data.audits} />}
      </ReadView>
    </Page>
  )
}

function Choose({ audits }: { audits: readonly AuditHead[] }) {
  const [from, setFrom] = useUrlParam('from')
  const [to, setTo] = useUrlParam('to')
  const chosen = chosenAudits(audits, from, to)
  if (!chosen)
    return (
      <section className="space-y-3 rounded-md border border-dashed border-edge p-6">
        <p className="max-w-[70ch] text-muted">
          {audits.length === 0
            ? 'No audit is kept yet.'
            : audits.length === 1
              ? 'One audit is kept so far.'
              : 'There is no audit before this one.'}{' '}
          Two readings of the drives can be compared; read them once more.
        </p>
        <div className="flex flex-wrap gap-2">
          <ReadDrives />
        </div>
      </section>
    )
  const options = audits.map((audit) => [audit.id, auditWords(audit)] as const)
  return (
    <>
      <div className="flex flex-wrap gap-4">
        <Select
          label="From"
          options={options}
          value={chosen.from.id}
          onChange={({ target }) => setFrom(target.value)}
          className="w-full sm:w-96"
        />
        <Select
          label="To"
          options={options}
          value={chosen.to.id}
          onChange={({ target }) => setTo(target.value)}
          className="w-full sm:w-96"
        />
      </div>
      {chosen.from.id === chosen.to.id ? (
        <Note tone="info" title="Both are the same audit">
          Choose another one to compare it with.
        </Note>
      ) : (
        <Comparison key={`${chosen.from.id} ${chosen.to.id}`} from={chosen.from} to={chosen.to} />
      )}
    </>
  )
}

function Comparison({ from, to }: { from: AuditHead; to: AuditHead }) {
  const [change, setChange] = useUrlParam('change')
  const wanted = ItemChange.safeParse(change).data
  const { first, rows, more, error, retry } = useChanges(from.id, to.id, wanted)
  const counts = first?.counts
  const chips = changes.map((each) => ({
    ...each,
    tone: counts && counts[each.id] > 0 ? each.tone : undefined,
    count: counts?.[each.id] ?? 0,
  }))
  return (
    <>
      {from.takenAt > to.takenAt && (
        <Note tone="info" title="The first was read after the second">
          What is told here as a change went the other way round.
        </Note>
      )}
      <section aria-label="Both audits" className="space-y-4 rounded-md border border-line bg-surface p-4">
        <AuditBar word="From" audit={from} />
        <AuditBar word="To" audit={to} />
      </section>
      {!counts && (error ? <FailureNote failure={error} onRetry={retry} /> : <p className="text-muted">Comparing …</p>)}
      {counts && (
        <section aria-label="Changes" className="space-y-3">
          <div className="flex min-h-9 flex-wrap items-center gap-3">
            <Chips label="Changes" chips={chips} chosen={change} onChoose={setChange} />
            <p className="text-sm text-muted" role="status">
              {counted(counts.unchanged, 'item')} unchanged
            </p>
          </div>
          {counts.regressed > 0 && (
            <Note
              tone="critical"
              title={`${count(counts.regressed)} ${counts.regressed === 1 ? 'item is' : 'items are'} worse off than before`}
            >
              Sealed before and in plaintext now, or readable before and not now. Find out who wrote them, migrate
              again, then give those accounts new secrets.
            </Note>
          )}
          <ChangeTable rows={rows} defaultKey={to.defaultKey} filtered={wanted !== undefined} onEnd={more} />
        </section>
      )}
    </>
  )
}

const AuditBar = ({ word, audit }: { word: string; audit: AuditHead }) => (
  <div className="space-y-2">
    <h2 className="text-sm font-semibold">
      {word} <span className="font-normal text-muted">{exact(audit.takenAt)}</span>
    </h2>
    <SealBar
      caption={`Items by what sealed them at ${exact(audit.takenAt)}`}
      noun="item"
      segments={sealSegments(audit.counts, audit.defaultKey)}
      readAt={audit.takenAt}
    />
  </div>
)

/** Kept audits never change, and so neither does what differs between two. */
function useChanges(from: string, to: string, change: ItemChange | undefined) {
  const { data, error, hasNextPage, isFetching, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: [compareAudits.path, from, to, change],
    queryFn: ({ pageParam, signal }) =>
      call(
        compareAudits,
        { from, to, limit: PAGE, ...(change && { change }), ...(pageParam && { after: pageParam }) },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
    placeholderData: (before, query) => (query?.queryKey[1] === from && query.queryKey[2] === to ? before : undefined),
  })
  const rows = useMemo(() => data?.pages.flatMap((page) => page.changes), [data])
  const loaded = rows?.length ?? 0
  const more = () => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }
  useEffect(() => {
    if (hasNextPage && !isFetching && !error && loaded > 0 && loaded < AT_ONCE) void fetchNextPage()
  }, [hasNextPage, isFetching, error, loaded, fetchNextPage])
  return { first: data?.pages[0], rows, more, error: rows ? null : error, retry: () => void refetch() }
}
