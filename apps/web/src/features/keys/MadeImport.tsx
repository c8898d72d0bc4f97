import { importKey, KeyName } from '@strongroom/shared/keys'
import { type FormEvent, useRef, useState } from 'react'
import { useDenied } from '../../api/capabilities.ts'
import { useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { Lines } from '../../ui/Text.tsx'
import type { Done } from './ImportPage.tsx'
import { lookAgain } from './look-again.ts'
import { isIdentity, recipientTrouble } from './recipient.ts'

/** A new key that is made with its second copy, sealed for somebody outside the cluster. */
export function MadeImport({ onDone }: { onDone: (done: Done) => void }) {
  const form = useRef<HTMLFormElement>(null)
  const [named] = useUrlParam('name')
  const [trouble, setTrouble] = useState<string | null>(null)
  const [nameTrouble, setNameTrouble] = useState<string | undefined>()
  const denied = useDenied('importKeys')
  const run = useCall(importKey, (reply, { name }) => {
    onDone({ ...reply, name, way: 'made' })
    return lookAgain()
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const said = new FormData(form.current!)
    const recipient = String(said.get('recipient')).trim()
    const found = recipientTrouble(recipient)
    setTrouble(found)
    const name = KeyName.safeParse(String(said.get('name')).trim())
    setNameTrouble(name.error?.issues[0]?.message)
    if (found || !name.success || denied || run.isPending) return
    run.mutate({ name: name.data, source: { kind: 'generate', recipient } })
  }
  const taken = run.error?.code === 'already-exists' ? run.error.message : undefined
  return (
    <form ref={form} onSubmit={submit} noValidate aria-label="Make a key" className="max-w-2xl space-y-4">
      <p className="max-w-[75ch] text-sm text-muted">
        The console draws 32 random bytes, seals a second copy for the recipient, gives the key to KES and forgets it. A
        key that exists once is a loss waiting to happen; where the keystore itself is backed up and the backup is
        proven, let KES create the key instead.
      </p>
      <Field
        label="Key name"
        name="name"
        mono
        autoComplete="off"
        defaultValue={named}
        error={nameTrouble ?? run.error?.fields.get('/name') ?? taken}
        hint="1 to 80 letters, digits, - or _; no - at the start or the end."
      />
      <Field
        label="age recipient"
        name="recipient"
        mono
        autoComplete="off"
        placeholder="age1…"
        onInput={({ currentTarget }) => {
          if (!isIdentity(currentTarget.value)) return
          setTrouble(recipientTrouble(currentTarget.value))
          currentTarget.value = ''
        }}
        error={trouble ?? run.error?.fields.get('/source/recipient')}
        hint="Whoever holds its identity can open the copy. Make it on a machine outside the cluster, and keep the identity offline."
      />
      <Lines label="On that machine; it prints the recipient" lines={['age-keygen -o IDENTITY']} />
      {!taken && <FailureNote failure={run.error} />}
      <Button type="submit" look="primary" busy={run.isPending} why={denied}>
        Make and import key
      </Button>
    </form>
  )
}
