import { createKey, type KeyDetails } from '@strongroom/shared/keys'
import { type FormEvent, useRef } from 'react'
import { useLocation } from 'wouter'
import { useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { paths } from '../../lib/paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { Lines } from '../../ui/Text.tsx'
import { keyLines } from './key-lines.ts'
import { lookAgain } from './look-again.ts'

/** Leads to the key, where its canary and the missing second copy are told for as long as they are so. */
export function CreateKeyDialog({ onClose }: { onClose: () => void }) {
  const [, navigate] = useLocation()
  const input = useRef<HTMLFormElement>(null)
  const create = useCall(createKey, (made) => {
    void lookAgain()
    toast(madeWords(made))
    navigate(paths.key(made.name))
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
        <Lines label="The same from a terminal" lines={keyLines.create()} />
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

const madeWords = ({ name, canary, backup }: KeyDetails) =>
  [
    `KES made the key ${name}.`,
    canary ? 'A canary is kept for it.' : 'No canary is kept for it yet.',
    ...(backup.provenAt === null ? ['No second copy of it is proven.'] : []),
  ].join(' ')
