import { type Bucket, listBuckets, setBucketEncryption } from '@strongroom/shared/buckets'
import { readOverview } from '@strongroom/shared/overview'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { allKeys } from '../../api/keys.ts'
import { invalidate, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Choice, Field } from '../../ui/Field.tsx'
import { Facts, Lines } from '../../ui/Text.tsx'
import { modeWords } from './seal-of-bucket.ts'

const OFFERED = 100
type Mode = 'sse-s3' | 'sse-kms'
type Props = { bucket: Bucket; defaultKey: string | null; onClose: () => void }

export function EncryptDialog({ bucket, defaultKey, onClose }: Props) {
  const [mode, setMode] = useState<Mode>(bucket.encryption?.mode === 'sse-kms' ? 'sse-kms' : 'sse-s3')
  const [key, setKey] = useState(bucket.encryption?.key ?? '')
  const sealing = mode === 'sse-kms' ? key : (defaultKey ?? 'the default key')
  const set = useCall(setBucketEncryption, () => {
    void invalidate(listBuckets, readOverview)
    toast(`${bucket.name}: new objects are sealed with ${modeWords[mode]}, ${sealing}.`)
    onClose()
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!set.isPending) set.mutate({ bucket: bucket.name, mode, ...(mode === 'sse-kms' && { key }) })
  }
  return (
    <Dialog title={`Encrypt ${bucket.name}`} onClose={onClose}>
      <form onSubmit={submit} noValidate className="space-y-4">
        <fieldset className="space-y-3">
          <legend className="mb-1 text-sm font-medium">What seals new objects</legend>
          <Choice
            type="radio"
            name="mode"
            label="SSE-S3"
            checked={mode === 'sse-s3'}
            onChange={() => setMode('sse-s3')}
            hint={`MinIO’s default key${defaultKey ? `, now ${defaultKey}` : ''}; it follows when the default changes.`}
          />
          <Choice
            type="radio"
            name="mode"
            label="SSE-KMS"
            checked={mode === 'sse-kms'}
            onChange={() => setMode('sse-kms')}
            hint="A key that you choose; readers need the right to use it."
          />
        </fieldset>
        {mode === 'sse-kms' && <KeyField value={key} onChange={setKey} error={set.error?.fields.get('/key')} />}
        <Preview bucket={bucket} mode={mode} sealing={sealing} />
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

function KeyField({
  value,
  onChange,
  error,
}: {
  value: string
  onChange: (key: string) => void
  error: string | undefined
}) {
  const keys = useQuery(allKeys)
  const listId = useId()
  const offered = keys.data?.filter(({ name }) => name.includes(value)).slice(0, OFFERED) ?? []
  return (
    <>
      <Field
        label="Key"
        name="key"
        mono
        list={listId}
        value={value}
        autoComplete="off"
        autoFocus
        onChange={(event) => onChange(event.target.value)}
        error={error}
        hint={
          keys.error
            ? `The keys could not be listed: ${keys.error.message} Type the name.`
            : 'Type to search the keys in KES.'
        }
      />
      <datalist id={listId}>
        {offered.map(({ name, isDefault }) => (
          <option key={name} value={name}>
            {isDefault ? 'default key' : ''}
          </option>
        ))}
      </datalist>
    </>
  )
}

function Preview({ bucket, mode, sealing }: { bucket: Bucket; mode: Mode; sealing: string }) {
  const now = bucket.effective
    ? `${modeWords[bucket.effective.mode]}${bucket.effective.key ? `, ${bucket.effective.key}` : ''}`
    : 'not known'
  return (
    <div className="space-y-3 rounded-md border border-line p-3">
      <Facts
        facts={[
          ['Now', now],
          ['Changes', `New objects without headers of their own: ${modeWords[mode]}${sealing ? `, ${sealing}` : ''}`],
          ['Stays', 'Objects that are in the bucket already, and uploads that ask for another encryption themselves'],
        ]}
      />
      <Lines
        label="The same from a terminal"
        lines={[`mc encrypt set ${mode === 'sse-s3' ? 'sse-s3' : `sse-kms ${sealing || 'KEY'}`} ALIAS/${bucket.name}`]}
      />
    </div>
  )
}
