import { type BatchJob, listBatchJobs } from '@strongroom/shared/batch-jobs'
import { readKms } from '@strongroom/shared/kms'
import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { Link } from 'wouter'
import { useDenied } from '../../api/capabilities.ts'
import { every, query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Page } from '../../components/Page.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { focusRow } from '../../components/RowLink.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Note } from '../../ui/Note.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { Lines, MiddleCut, Time } from '../../ui/Text.tsx'
import { BatchDialog } from './BatchDialog.tsx'
import { BatchLeftovers } from './BatchLeftovers.tsx'
import { BatchPanel } from './BatchPanel.tsx'
import { batchStates, holdsWords, kindWords, orderWords } from './batch-words.ts'

const READ_MS = 5_000

/** The batch jobs of MinIO: what each does, what its state means, and what is to be cleaned up. */
export function BatchPage() {
  const denied = useDenied('startBatchJobs')
  const list = useQuery({ ...query(listBatchJobs, {}), enabled: denied === null, refetchInterval: every(READ_MS) })
  const defaultKey = useQuery(query(readKms, {})).data?.defaultKey ?? null
  const [act, setAct] = useUrlParam('act')
  const [open, setOpen] = useUrlParam('job')
  const close = useCallback(() => {
    setOpen(null)
    focusRow(open)
  }, [setOpen, open])
  return (
    <Page
      title="Batch jobs"
      lead="Jobs that MinIO runs on its own nodes: copies of whole buckets into encrypted ones, and changes of keys."
      action={
        <>
          <Link href={paths.buckets} className={buttonClass('quiet')}>
            Buckets
          </Link>
          {denied === null && (
            <>
              <Button onClick={() => setAct('keyrotate')}>Change a key</Button>
              <Button look="primary" onClick={() => setAct('replicate')}>
                Copy into a new bucket
              </Button>
            </>
          )}
        </>
      }
    >
      {denied ? (
        <Note tone="info" title="Batch jobs are not shown to you">
          {denied} Whoever may see them is shown here what runs, what it means, and what is still to be cleaned up.
        </Note>
      ) : (
        <>
          <StaleLine read={list} />
          {list.data && <BatchLeftovers leftovers={list.data.leftovers} />}
          <DataTable
            label="Batch jobs"
            columns={columns}
            rows={list.data?.jobs}
            rowKey={({ id }) => id}
            selected={open || null}
            empty={
              <p className="text-muted">
                Batch jobs would be listed here until they are cleaned up. MinIO has none. Copy a bucket with all its
                versions into an encrypted one, or change the key of what is encrypted.
              </p>
            }
            trouble={
              !list.data && list.error && <FailureNote failure={list.error} onRetry={() => void list.refetch()} />
            }
          />
        </>
      )}
      <Lines label="The same from a terminal" lines={['mc batch list ALIAS', 'mc batch status ALIAS JOB']} />
      {open && denied === null && <BatchPanel key={open} id={open} onClose={close} />}
      {(act === 'replicate' || act === 'keyrotate') && (
        <BatchDialog key={act} kind={act} defaultKey={defaultKey} onClose={() => setAct(null)} />
      )}
    </Page>
  )
}

const columns: Column<BatchJob>[] = [
  {
    id: 'job',
    head: 'Job',
    cell: ({ id, ...job }) => (
      <Link
        href={paths.batchJob(id)}
        data-row={id}
        className="font-mono text-xs outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
      >
        <MiddleCut text={orderWords(job) ?? id} />
      </Link>
    ),
    className: 'w-auto',
  },
  { id: 'kind', head: 'Kind', cell: ({ kind }) => kindWords[kind], className: 'w-24 max-xl:hidden' },
  {
    id: 'state',
    head: 'State',
    cell: ({ state, meaning }) => (
      <span title={meaning}>
        <StateMark look={batchStates[state]} />
      </span>
    ),
    className: 'w-28',
  },
  {
    id: 'objects',
    head: 'Objects',
    cell: ({ objects }) => (objects === null ? '–' : count(objects)),
    className: 'w-24 text-right max-sm:hidden',
  },
  {
    id: 'failed',
    head: 'Failed',
    cell: ({ objectsFailed }) => (
      <span className={objectsFailed ? 'font-semibold text-critical' : ''}>
        {objectsFailed === null ? '–' : count(objectsFailed)}
      </span>
    ),
    className: 'w-20 text-right max-xl:hidden',
  },
  {
    id: 'holds',
    head: 'Holds',
    cell: (job) => <Holds words={holdsWords(job)} />,
    className: 'w-40 max-lg:hidden xl:w-64',
  },
  { id: 'by', head: 'By', cell: ({ order, user }) => order?.by ?? user, className: 'w-32 max-xl:hidden' },
  {
    id: 'at',
    head: 'Started',
    cell: ({ startedAt }) => <Time at={startedAt} />,
    className: 'w-28 text-right max-md:hidden',
  },
]

const Holds = ({ words }: { words: string | null }) =>
  words === null ? (
    <span className="text-muted">Nothing</span>
  ) : (
    <span className="text-warning" title={words}>
      {words}
    </span>
  )
