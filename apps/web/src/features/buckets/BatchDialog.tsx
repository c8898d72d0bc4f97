import { listBatchJobs, startBatchJob } from '@strongroom/shared/batch-jobs'
import { listBuckets } from '@strongroom/shared/buckets'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { useLocation } from 'wouter'
import { bucketList } from '../../api/buckets.ts'
import { useDenied } from '../../api/capabilities.ts'
import { invalidate, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { paths } from '../../lib/paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Choice, Field } from '../../ui/Field.tsx'
import { Lines } from '../../ui/Text.tsx'
import { type BatchOrderInput, batchOrderOf, whyNotStart } from './batch-order.ts'
import { batchTitles, batchWords } from './batch-words.ts'
import { KeyField } from './KeyField.tsx'
import { ModeFields } from './ModeFields.tsx'
import { batchLines } from './object-lines.ts'
import { PrefixField } from './PrefixField.tsx'

type Props = {
  kind: BatchOrderInput['kind']
  /** The bucket it was opened from; undefined: one is named here. */
  bucket?: string | undefined
  defaultKey: string | null
  onClose: () => void
}

/** Starts a batch job of MinIO. It runs on MinIO's nodes, whether the console does or not. */
export function BatchDialog({ kind, bucket, defaultKey, onClose }: Props) {
  const [, navigate] = useLocation()
  const denied = useDenied('startBatchJobs')
  const [order, setOrder] = useState<BatchOrderInput>({
    ...{ kind, bucket: bucket ?? '', prefix: '', key: '' },
    target: bucket ? `${bucket}-encrypted`.slice(0, 63) : '',
    mode: kind === 'keyrotate' ? 'sse-kms' : 'sse-s3',
    tagsLost: false,
  })
  const start = useCall(startBatchJob, ({ id }) => {
    void invalidate(listBatchJobs, listBuckets)
    navigate(paths.batchJob(id))
  })
  const set = (change: Partial<BatchOrderInput>) => setOrder({ ...order, ...change })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!start.isPending) start.mutate({ order: batchOrderOf(order) })
  }
  const errors = start.error?.fields
  const words = batchWords[kind]
  return (
    <Dialog wide title={bucket ? `${batchTitles[kind]}: ${bucket}` : batchTitles[kind]} onClose={onClose}>
      <p tabIndex={-1} data-focus="" className="outline-none">
        {words.does}
      </p>
      <ul className="list-disc space-y-1 pl-5 text-sm text-muted">
        {words.follows.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <form onSubmit={submit} noValidate className="space-y-5">
        {bucket === undefined && (
          <BucketField
            value={order.bucket}
            onChange={(name) => set({ bucket: name })}
            error={errors?.get('/order/bucket')}
          />
        )}
        <div className="grid items-start gap-4 sm:grid-cols-2">
          {kind === 'replicate' && (
            <Field
              label="Into the bucket"
              name="target"
              mono
              autoComplete="off"
              value={order.target}
              onChange={(event) => set({ target: event.target.value })}
              error={errors?.get('/order/target')}
              hint="Made when it is not there, with versions and lock as here. One that is there must be empty."
            />
          )}
          <PrefixField
            value={order.prefix}
            onChange={(prefix) => set({ prefix })}
            error={errors?.get('/order/prefix')}
          />
        </div>
        <ModeFields mode={order.mode} onChange={(mode) => set({ mode })} defaultKey={defaultKey} legend={words.mode} />
        {order.mode === 'sse-kms' && (
          <KeyField value={order.key} onChange={(key) => set({ key })} error={errors?.get('/order/key')} />
        )}
        {kind === 'keyrotate' && (
          <Choice
            type="checkbox"
            label="Tags and Expires headers are lost"
            checked={order.tagsLost}
            onChange={(event) => set({ tagsLost: event.target.checked })}
            hint="MinIO drops both from each object that it seals anew, and they can’t be brought back; the object gets the time of now as its time of writing. “Encrypt what is there”, for what is sealed otherwise, keeps tags and header."
          />
        )}
        <Lines label="The same from a terminal" lines={batchLines(order)} note={words.note} />
        <FailureNote failure={start.error} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={start.isPending} why={denied ?? whyNotStart(order)}>
            {words.act}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

const OFFERED = 100

type FieldProps = { value: string; onChange: (name: string) => void; error: string | undefined }

function BucketField({ value, onChange, error }: FieldProps) {
  const listId = useId()
  const buckets = useQuery(bucketList).data?.buckets ?? []
  return (
    <>
      <Field
        label="Bucket"
        name="bucket"
        mono
        list={listId}
        autoComplete="off"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        error={error}
        hint="Type to search the buckets."
      />
      <datalist id={listId}>
        {buckets
          .filter(({ name }) => name.includes(value))
          .slice(0, OFFERED)
          .map(({ name }) => (
            <option key={name} value={name} />
          ))}
      </datalist>
    </>
  )
}
