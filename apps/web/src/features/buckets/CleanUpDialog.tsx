import { type BatchJob, cleanUpBatchJob, listBatchJobs } from '@strongroom/shared/batch-jobs'
import { invalidate, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Lines } from '../../ui/Text.tsx'
import { cleanUpWords, holdsWords, isOver, orderWords } from './batch-words.ts'

type Props = { job: BatchJob; onClose: () => void; onDone: () => void }

/** No form: nothing here happens on Enter. */
export function CleanUpDialog({ job, onClose, onDone }: Props) {
  const over = isOver(job)
  const clean = useCall(cleanUpBatchJob, () => {
    void invalidate(listBatchJobs)
    toast(over ? 'The job is cleaned up.' : 'The job is stopped and cleaned up.')
    onDone()
  })
  return (
    <Dialog title={`${over ? 'Clean up' : 'Stop'}: ${orderWords(job) ?? job.id}`} onClose={onClose}>
      <p tabIndex={-1} data-focus="" className="font-medium outline-none">
        {cleanUpWords(job)}
      </p>
      {holdsWords(job) && (
        <p className="text-muted">
          Its credentials leave the drives
          {job.accessKey && <>, and the access key {job.accessKey} is removed from MinIO</>}.
        </p>
      )}
      <Lines label="The same from a terminal" lines={[`mc batch cancel ALIAS ${job.id}`, ...accessKeyLines(job)]} />
      <FailureNote failure={clean.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" busy={clean.isPending} onClick={() => clean.mutate({ id: job.id })}>
          {over ? 'Clean up' : 'Stop the job'}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

const accessKeyLines = ({ accessKey }: BatchJob) => (accessKey ? [`mc admin accesskey remove ALIAS ${accessKey}`] : [])
