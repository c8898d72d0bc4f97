import { type KeyWrapping, readKeyImport } from '@strongroom/shared/keys'
import { type FormEvent, useRef, useState } from 'react'
import { useDenied } from '../../api/capabilities.ts'
import { useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { Note } from '../../ui/Note.tsx'
import type { Done } from './ImportPage.tsx'
import { NumberedPart } from './NumberedPart.tsx'
import { PasteWrapped } from './PasteWrapped.tsx'
import { WrapHere } from './WrapHere.tsx'

/** A public key, and when it came: it is counted down from there. */
export type Received = KeyWrapping & { readonly receivedMs: number }

/** Name, wrap, hand in: the public key is made for one name, one person and one use. */
export function WrappedImport({ onDone }: { onDone: (done: Done) => void }) {
  const [named, setNamed] = useUrlParam('name')
  const [received, setReceived] = useState<Received | 'denied' | null>(null)
  const ask = useCall(readKeyImport, ({ wrapping }, { name = '' }) => {
    setNamed(name)
    setReceived(wrapping ? { ...wrapping, receivedMs: Date.now() } : 'denied')
  })
  const wrapping = received === 'denied' ? null : received
  const name = wrapping?.keyName ?? named
  return (
    <section aria-label="Wrapped import" className="max-w-3xl space-y-6">
      <NumberedPart number={1} title="Name the key">
        <NameForm
          initial={named}
          busy={ask.isPending}
          error={ask.error?.fields.get('/name')}
          again={wrapping !== null}
          onName={(next) => ask.mutate({ name: next })}
        />
        {!wrapping && <FailureNote failure={ask.error} />}
        {received === 'denied' && (
          <Note tone="warning" alert title="This account may not import this key">
            It takes the root user, or the role “importer” for this name in the console’s role file.
          </Note>
        )}
      </NumberedPart>
      <NumberedPart number={2} title="Wrap it where it lies">
        {wrapping ? (
          <WrapHere name={name} wrapping={wrapping} />
        ) : (
          <Later>The lines are shown once the key is named.</Later>
        )}
      </NumberedPart>
      <NumberedPart number={3} title="Hand in the wrapped key">
        {wrapping ? (
          <PasteWrapped
            key={wrapping.token}
            name={name}
            wrapping={wrapping}
            renewing={ask.isPending}
            renewError={ask.error}
            onRenew={() => ask.mutate({ name })}
            onDone={onDone}
          />
        ) : (
          <Later>The field opens with the public key.</Later>
        )}
      </NumberedPart>
    </section>
  )
}

const Later = ({ children }: { children: string }) => <p className="text-sm text-muted">{children}</p>

type NameFormProps = {
  initial: string
  busy: boolean
  error: string | undefined
  again: boolean
  onName: (name: string) => void
}

function NameForm({ initial, busy, error, again, onName }: NameFormProps) {
  const form = useRef<HTMLFormElement>(null)
  const denied = useDenied('importKeys')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!busy && !denied) onName(String(new FormData(form.current!).get('name')).trim())
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="space-y-3">
      <Field
        label="Key name"
        name="name"
        mono
        autoComplete="off"
        defaultValue={initial}
        error={error}
        hint="The name that the key has for MinIO. A key of that name in KES is never replaced."
      />
      <Button type="submit" look={again ? 'plain' : 'primary'} busy={busy} why={denied}>
        Get the public key
      </Button>
    </form>
  )
}
