import { createKey, listKeys } from '@strongroom/shared/keys'
import { readOverview } from '@strongroom/shared/overview'
import { type FormEvent, useRef } from 'react'
import { useLocation } from 'wouter'
import { invalidate, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { paths } from '../../lib/paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { Lines } from '../../ui/Text.tsx'

export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const [, navigate] = useLocation()
  const input = useRef<HTMLFormElement>(null)
  const create = useCall(createKey, ({ name }) => {
    void invalidate(listKeys, readOverview)
    toast(`KES made the key ${name}.`)
    navigate(paths.key(name))
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const name = String(new FormData(input.current!).get('name'))
    if (!create.isPending) create.mutate({ name })
  }
  const taken = create.error?.code === 'already-exists' ? create.error.message : undefined
  const atField = create.error?.fields.get('/name') ?? taken
  return (
    <Dialog title="Create key" onClose={onClose}>
      <p className="text-muted">
        KES makes a new random key. It never leaves KES, so back up the keystore before anything depends on it.
      </p>
      <form ref={input} onSubmit={submit} noValidate className="space-y-4">
        <Field
          label="Name"
          name="name"
          mono
          autoFocus
          autoComplete="off"
          error={atField}
          hint="1 to 80 letters, digits, - or _; no - at the start or the end."
        />
        <Lines label="The same from a terminal" lines={['kes key create NAME']} />
        {!atField && <FailureNote failure={create.error} />}
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            Create key
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
