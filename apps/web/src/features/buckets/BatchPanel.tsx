import { type BatchJob, listBatchJobs, readBatchJob } from '@strongroom/shared/batch-jobs'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { every, invalidate, query } from '../../api/query.ts'
import { ReadView } from '../../components/ReadView.tsx'
import { bytes, count } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { Note, type Tone } from '../../ui/Note.tsx'
import { SidePanel } from '../../ui/SidePanel.tsx'
import { Facts, Lines, Moment } from '../../ui/Text.tsx'
import { batchStates, holdsWords, isOver, kindWords, orderWords, sealingWords } from './batch-words.ts'
import { CleanUpDialog } from './CleanUpDialog.tsx'

const READ_MS = 3_000

/** One batch job: what its state means, what it holds, and its description as MinIO keeps it. */
export function BatchPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const job = useQuery({ ...query(readBatchJob, { id }), refetchInterval: every(READ_MS) })
  const [asking, setAsking] = useState(false)
  const state = job.data?.state
  // The list behind must not say otherwise.
  useEffect(() => {
    if (state) void invalidate(listBatchJobs)
  }, [state])
  const title = (job.data && orderWords(job.data)) ?? id
  return (
    <SidePanel wide title={title} onClose={onClose}>
      <ReadView read={job}>
        {(data) => (
          <>
            <Note tone={tones[data.state]} title={batchStates[data.state].word}>
              {data.meaning}
            </Note>
            {holdsWords(data) && (
              <Note tone="warning" title={`It holds: ${holdsWords(data)?.toLowerCase()}`}>
                MinIO keeps the description of a job, with its credentials, on the drives until it is cleaned up, also
                after its end and with a KMS.
              </Note>
            )}
            <div className="flex flex-wrap gap-2">
              <Button look="danger" onClick={() => setAsking(true)}>
                {isOver(data) ? 'Clean up' : 'Stop'}
              </Button>
              <Ways job={data} />
            </div>
            <Figures job={data} />
            {data.description && (
              <div className="[&_pre]:max-h-96 [&_pre]:overflow-y-auto">
                <Lines
                  label="Its description, as MinIO keeps it"
                  lines={data.description.trimEnd().split('\n')}
                  note="Secrets are left out."
                />
              </div>
            )}
            <Lines
              label="The same from a terminal"
              lines={[`mc batch status ALIAS ${id}`, `mc batch describe ALIAS ${id}`]}
            />
            {asking && <CleanUpDialog job={data} onClose={() => setAsking(false)} onDone={onClose} />}
          </>
        )}
      </ReadView>
    </SidePanel>
  )
}

const tones: Record<BatchJob['state'], Tone> = { running: 'info', done: 'good', failed: 'critical', unknown: 'warning' }

/** Where it shows whether the job did what it was for. */
const Ways = ({ job: { order } }: { job: BatchJob }) =>
  order && (
    <>
      <Link href={paths.bucketTab(order.bucket, 'objects')} className={buttonClass()}>
        Objects of {order.bucket}
      </Link>
      {order.target && (
        <Link href={paths.bucketTab(order.target, 'objects')} className={buttonClass()}>
          Objects of {order.target}
        </Link>
      )}
    </>
  )

function Figures({ job }: { job: BatchJob }) {
  const { id, kind, objects, objectsFailed, bytes: size, lastObject, user, order, startedAt, accessKey } = job
  const mono = (text: string) => <span className="font-mono text-xs">{text}</span>
  const sealing = sealingWords(job)
  return (
    <Facts
      facts={[
        ['Kind', kindWords[kind]],
        ...(sealing ? [['Seals with', sealing] as const] : []),
        ['Objects', objects === null ? 'not told' : count(objects)],
        ['Failed', objectsFailed === null ? 'not told' : count(objectsFailed)],
        ...(size !== null ? [['Bytes', bytes(size)] as const] : []),
        ...(lastObject ? [['Last object', mono(lastObject)] as const] : []),
        ...(accessKey ? [['Access key', mono(accessKey)] as const] : []),
        ['Started', <Moment key="t" at={startedAt} />],
        ['By', order ? `${order.by}, from this console` : user],
        ['MinIO’s id', mono(id)],
      ]}
    />
  )
}
