import { listMigrations } from '@strongroom/shared/migrations'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type * as z from 'zod/mini'
import { query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { stateWords } from '../../components/job-words.ts'
import { Page } from '../../components/Page.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { count, exact } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Time } from '../../ui/Text.tsx'

type Row = z.infer<typeof listMigrations.reply>['migrations'][number]

export function ReportsPage() {
  const list = useQuery(query(listMigrations, {}))
  return (
    <Page
      title="Past migrations"
      lead="What each run did, by whom, and what it left; the newest first. Each report can be kept as a file."
      action={
        <Link href={paths.iam} className={buttonClass()}>
          IAM migration
        </Link>
      }
    >
      <StaleLine read={list} />
      <DataTable
        label="Past migrations"
        columns={columns}
        rows={list.data?.migrations}
        rowKey={({ id }) => id}
        empty={
          <p className="text-muted">
            Reports would be listed here. No migration and no dry run has ended on this cluster yet.
          </p>
        }
        trouble={!list.data && list.error && <FailureNote failure={list.error} onRetry={() => void list.refetch()} />}
      />
    </Page>
  )
}

const columns: Column<Row>[] = [
  {
    id: 'ended',
    head: 'Ended',
    cell: ({ id, endedAt }) => (
      <Link
        href={paths.iamReport(id)}
        data-row={id}
        className="outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
      >
        {exact(endedAt)}
      </Link>
    ),
    className: 'w-52 max-sm:w-auto',
  },
  { id: 'ago', head: 'Ago', cell: ({ endedAt }) => <Time at={endedAt} />, className: 'w-28 max-xl:hidden' },
  {
    id: 'state',
    head: 'State',
    cell: ({ state, dryRun }) => (dryRun ? `Dry run, ${stateWords[state].toLowerCase()}` : stateWords[state]),
    className: 'w-36 max-sm:w-30',
  },
  {
    id: 'key',
    head: 'To the key',
    cell: ({ defaultKey }) => <span className="font-mono text-xs">{defaultKey}</span>,
    className: 'w-auto max-sm:hidden',
  },
  { id: 'by', head: 'By', cell: ({ ranBy }) => ranBy.join(', '), className: 'w-44 max-xl:hidden' },
  { id: 'moved', head: 'Moved', cell: ({ moved }) => count(moved), className: 'w-24 text-right max-sm:hidden' },
  {
    id: 'failed',
    head: 'Failed',
    cell: ({ failed }) => <span className={failed > 0 ? 'font-semibold text-critical' : ''}>{count(failed)}</span>,
    className: 'w-20 text-right max-sm:hidden',
  },
]
