import { type Bucket, listBuckets, readBucket, setBucketEncryption } from '@strongroom/shared/buckets'
import { readOverview } from '@strongroom/shared/overview'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/call.ts'
import { invalidate } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Facts, Lines } from '../../ui/Text.tsx'
import { encryptLines } from './bulk-lines.ts'
import { bulkPlan } from './bulk-plan.ts'
import { isNewKey, KeyField, MakeKey } from './KeyField.tsx'
import { ModeFields, type SealingMode } from './ModeFields.tsx'
import { makeKey } from './make-key.ts'
import { modeWords } from './seal-of-bucket.ts'
import { useKnown } from './use-known.ts'

type Props = { bucket: Bucket; defaultKey: string | null; onClose: () => void }

/** The default encryption of one bucket, with a key of the list or one that is made here. */
export function EncryptDialog({ bucket, defaultKey, onClose }: Props) {
  const [mode, setMode] = useState<SealingMode>(bucket.encryption?.mode === 'sse-kms' ? 'sse-kms' : 'sse-s3')
  const [key, setKey] = useState(bucket.encryption?.key ?? '')
  const [make, setMake] = useState(false)
  const known = useKnown()
  const sealing = mode === 'sse-kms' ? key : (defaultKey ?? 'the default key')
  const isNew = mode === 'sse-kms' && isNewKey(key, known.keys)
  const set = useMutation({
    mutationFn: async () => {
      if (isNew && make) await makeKey(key)
      return call(setBucketEncryption, { bucket: bucket.name, mode, ...(mode === 'sse-kms' && { key }) })
    },
    onSuccess: () => {
      void invalidate(listBuckets, readBucket, readOverview)
      toast(`${bucket.name}: new objects are sealed with ${modeWords[mode]}, ${sealing}.`)
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!set.isPending) set.mutate()
  }
  const atKey = set.error?.fields.get('/key') ?? set.error?.fields.get('/name')
  const preview = <Preview bucket={bucket} mode={mode} sealing={sealing} makes={isNew && make} />
  return (
    <Dialog title={`Encrypt ${bucket.name}`} onClose={onClose}>
      <form onSubmit={submit} noValidate className="space-y-4">
        <ModeFields mode={mode} onChange={setMode} defaultKey={defaultKey} legend="What seals new objects" />
        {mode === 'sse-kms' && <KeyField focus value={key} onChange={setKey} error={atKey} />}
        {isNew && <MakeKey label={`KES has no key ${key}: make it`} checked={make} onChange={setMake} />}
        {preview}
        <FailureNote failure={set.error} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={set.isPending}>
            Encrypt
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

type PreviewProps = { bucket: Bucket; mode: SealingMode; sealing: string; makes: boolean }

function Preview({ bucket, mode, sealing, makes }: PreviewProps) {
  const now = bucket.effective
    ? `${modeWords[bucket.effective.mode]}${bucket.effective.key ? `, ${bucket.effective.key}` : ''}`
    : 'not known'
  const key = mode === 'sse-kms' ? sealing || 'KEY' : undefined
  const [step] = bulkPlan(
    { kind: 'set', mode, ...(key !== undefined && { key }), createKeys: makes },
    [{ ...bucket, encryption: null }],
    { keys: makes ? new Set() : null, autoEncryption: null },
  )
  return (
    <div className="space-y-3 rounded-md border border-line p-3">
      <Facts
        facts={[
          ['Now', now],
          ['Changes', `New objects without headers of their own: ${modeWords[mode]}${sealing ? `, ${sealing}` : ''}`],
          ['Stays', 'Objects that are in the bucket already, and uploads that ask for another encryption themselves'],
        ]}
      />
      <Lines label="The same from a terminal" lines={encryptLines(step ? [step] : [])} />
    </div>
  )
}
