import type { EncryptionMode } from '@strongroom/shared/bucket-name'
import { createBucket, listBuckets } from '@strongroom/shared/buckets'
import { readHousePolicy } from '@strongroom/shared/house-policy'
import { readOverview } from '@strongroom/shared/overview'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { call } from '../../api/call.ts'
import { invalidate, query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { paths } from '../../lib/paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Choice, Field } from '../../ui/Field.tsx'
import { Note } from '../../ui/Note.tsx'
import { Lines } from '../../ui/Text.tsx'
import { createLines } from './bulk-lines.ts'
import { type CreatePlan, createPlan, createStep } from './create-plan.ts'
import { isNewKey, KeyField, MakeKey } from './KeyField.tsx'
import { makeKey } from './make-key.ts'
import { encryptionWords } from './seal-of-bucket.ts'
import { useKnown } from './use-known.ts'

type Props = { defaultKey: string | null; onClose: () => void }

/** A bucket that encrypts from its first object on; the rule of the house for its name is followed unless something else is chosen. */
export function CreateBucketDialog({ defaultKey, onClose }: Props) {
  const [, navigate] = useLocation()
  const [name, setName] = useState('')
  const [mode, setMode] = useState<EncryptionMode | null>(null)
  const [key, setKey] = useState<string | null>(null)
  const [make, setMake] = useState(false)
  const [versioning, setVersioning] = useState(false)
  const [locking, setLocking] = useState(false)
  const known = useKnown()
  const rules = useQuery(query(readHousePolicy, {})).data?.rules ?? []
  const plan = createPlan({ name, mode, key }, rules, known.kms !== false)
  const { encryption } = plan
  const isNew = encryption.mode === 'sse-kms' && isNewKey(encryption.key ?? '', known.keys)
  const create = useMutation({
    mutationFn: async () => {
      if (isNew && make) await makeKey(encryption.key ?? '')
      return call(createBucket, { name, ...encryption, versioning: versioning || locking, locking })
    },
    onSuccess: () => {
      void invalidate(listBuckets, readOverview)
      toast(`${name} is made: ${encryptionWords(encryption)}.`)
      navigate(paths.bucket(name))
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!create.isPending) create.mutate()
  }
  const taken = create.error?.code === 'already-exists' ? create.error.message : undefined
  const atName = create.error?.fields.get('/name') ?? taken
  return (
    <Dialog title="Create bucket" onClose={onClose}>
      <form onSubmit={submit} noValidate className="space-y-4">
        <Field
          label="Name"
          name="name"
          mono
          autoFocus
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={atName}
          hint="3 to 63 lower-case letters, digits, dots and dashes. It can’t be changed later."
        />
        <Rule plan={plan} />
        <Modes mode={encryption.mode} onChange={setMode} defaultKey={defaultKey} kms={known.kms !== false} />
        {encryption.mode === 'sse-kms' && (
          <KeyField value={encryption.key ?? ''} onChange={setKey} error={create.error?.fields.get('/key')} />
        )}
        {isNew && <MakeKey label={`KES has no key ${encryption.key}: make it`} checked={make} onChange={setMake} />}
        <fieldset>
          <legend className="mb-1 text-sm font-medium">What it keeps</legend>
          <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
            <Choice
              type="checkbox"
              label="Versions"
              checked={versioning || locking}
              disabled={locking}
              onChange={(event) => setVersioning(event.target.checked)}
              hint={
                locking ? 'Object lock brings versions.' : 'Overwritten and deleted objects stay as older versions.'
              }
            />
            <Choice
              type="checkbox"
              label="Object lock"
              checked={locking}
              onChange={(event) => setLocking(event.target.checked)}
              hint="Can be had at creation alone, and not be taken away: versions can then be held against deletion."
            />
          </div>
        </fieldset>
        <Lines
          label="The same from a terminal"
          lines={createLines(
            name || 'BUCKET',
            { versioning, locking },
            createStep(name || 'BUCKET', encryption, isNew && make),
          )}
        />
        {!atName && <FailureNote failure={create.error} />}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            Create bucket
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

/** It keeps the room of a note, so that typing a name moves nothing. */
function Rule({ plan: { house, drifts } }: { plan: CreatePlan }) {
  if (house === null)
    return <p className="min-h-11 text-sm text-muted">No rule of the house fits this name, so you choose.</p>
  const wants = `The house rule ${house.pattern} wants: ${encryptionWords(house)}.`
  return drifts ? (
    <Note tone="warning">{wants} As chosen, the bucket would be shown as drifted from its first day.</Note>
  ) : (
    <Note tone="info">{wants} It is chosen for you.</Note>
  )
}

type ModesProps = {
  mode: EncryptionMode
  onChange: (mode: EncryptionMode) => void
  defaultKey: string | null
  kms: boolean
}

const Modes = ({ mode, onChange, defaultKey, kms }: ModesProps) => {
  const off = kms ? undefined : 'MinIO has no KMS, so it can’t encrypt.'
  const choice = (value: EncryptionMode, label: string, hint: string) => (
    <Choice
      type="radio"
      name="mode"
      label={label}
      checked={mode === value}
      disabled={value !== 'none' && !kms}
      onChange={() => onChange(value)}
      hint={value === 'none' ? hint : (off ?? hint)}
    />
  )
  return (
    <fieldset className="space-y-3">
      <legend className="mb-1 text-sm font-medium">What seals its objects</legend>
      {choice(
        'sse-s3',
        'SSE-S3',
        `MinIO’s default key${defaultKey ? `, now ${defaultKey}` : ''}; it follows when the default changes.`,
      )}
      {choice('sse-kms', 'SSE-KMS', 'A key that you choose; readers need the right to use it.')}
      {choice(
        'none',
        'Nothing',
        'Objects lie in plaintext, unless MinIO encrypts everything by itself or the upload asks for it.',
      )}
    </fieldset>
  )
}
