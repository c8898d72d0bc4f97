import { importKey } from '@strongroom/shared/keys'
import { type ClipboardEvent, type FormEvent, useRef, useState } from 'react'
import type { ApiFailure, FailureCode } from '../../api/failure.ts'
import { useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { duration } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { TextArea } from '../../ui/Field.tsx'
import { Note } from '../../ui/Note.tsx'
import { useSecond } from '../../ui/use-now.ts'
import type { Done } from './ImportPage.tsx'
import { secondsLeft } from './life-left.ts'
import { lookAgain } from './look-again.ts'
import { pastedAs, wrappedBytes, wrappedOf } from './raw-material.ts'
import type { Received } from './WrappedImport.tsx'

type Props = {
  name: string
  wrapping: Received
  renewing: boolean
  /** Why there is no new public key. */
  renewError: ApiFailure | null
  onRenew: () => void
  onDone: (done: Done) => void
}

/** After these the public key was not touched; after anything else it may be spent. */
const untouched: ReadonlySet<FailureCode> = new Set([
  'sign-in-again',
  'not-signed-in',
  'session-expired',
  'console-unreachable',
])

/** The field is no React state: what must not be in it is taken out at once, and nothing of it is kept or sent. */
export function PasteWrapped({ name, wrapping, renewing, renewError, onRenew, onDone }: Props) {
  const field = useRef<HTMLTextAreaElement>(null)
  const [trouble, setTrouble] = useState<'key' | 'empty' | 'other' | null>(null)
  const [bytes, setBytes] = useState<number | null>(null)
  const left = secondsLeft(wrapping.expiresAt, wrapping.receivedMs, useSecond())
  const run = useCall(importKey, (reply) => {
    onDone({ ...reply, name, way: 'wrapped' })
    return lookAgain()
  })
  const spent = run.error !== null && !untouched.has(run.error.code)
  const refuse = () => {
    field.current!.value = ''
    setTrouble('key')
  }
  const onPaste = (event: ClipboardEvent) => {
    const comes = pastedAs(event.clipboardData.getData('text'))
    if (comes !== 'key') return setTrouble(null)
    event.preventDefault()
    refuse()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const text = field.current!.value
    const found = pastedAs(text)
    if (found === 'key') return refuse()
    // An empty field says less than why it was emptied.
    if (found !== 'empty' || trouble !== 'key') setTrouble(found === 'wrapped' ? null : found)
    setBytes(wrappedBytes(text))
    const wrappedKey = wrappedOf(text)
    if (wrappedKey === null || run.isPending || spent || left === 0) return
    run.mutate({ name, source: { kind: 'wrapped', token: wrapping.token, wrappedKey } })
  }
  return (
    <form onSubmit={submit} noValidate className="space-y-3">
      <Life left={left} spent={spent} renewing={renewing} onRenew={onRenew} />
      <FailureNote failure={renewError} />
      <TextArea
        ref={field}
        label="The wrapped key, base64"
        name="wrappedKey"
        rows={6}
        mono
        onPaste={onPaste}
        onInput={() => pastedAs(field.current!.value) === 'key' && refuse()}
        error={trouble === 'key' ? undefined : (troubleWords(trouble, bytes) ?? fieldError(run.error))}
        hint="What the line printed: 512 characters. The key itself is not taken here, in any form."
      />
      {trouble === 'key' && <KeyItself />}
      <FailureNote failure={run.error} />
      <Button
        type="submit"
        look="primary"
        busy={run.isPending}
        why={left === 0 || spent ? 'Get a new public key first, and wrap with it.' : null}
      >
        Import key
      </Button>
    </form>
  )
}

const KeyItself = () => (
  <Note tone="critical" alert title="This looks like the key itself, not like the wrapped key">
    It was taken out of the field. Nothing of it was sent, and this page keeps nothing. The clipboard still has it: copy
    something else now. Wrap the key where it lies, with a line of part 2. If it went through other hands on the way
    here, import it no more: move to a new key.
  </Note>
)

function troubleWords(trouble: 'key' | 'empty' | 'other' | null, bytes: number | null) {
  if (trouble === 'empty') return 'Paste what the line printed.'
  if (trouble !== 'other') return undefined
  return bytes === null
    ? 'This is not base64. Paste the one line that was printed, whole.'
    : `This is base64 of ${bytes} bytes; what the public key wraps has 384. Paste the printed line whole.`
}

const fieldError = (error: ApiFailure | null) =>
  error?.code === 'invalid-input'
    ? (error.fields.get('/source/wrappedKey') ?? [...error.fields.values()].join('. '))
    : undefined

type LifeProps = { left: number | null; spent: boolean; renewing: boolean; onRenew: () => void }

function Life({ left, spent, renewing, onRenew }: LifeProps) {
  const renew = (
    <Button look={left === 0 || spent ? 'primary' : 'quiet'} busy={renewing} onClick={onRenew}>
      Get a new public key
    </Button>
  )
  if (left === 0)
    return (
      <Note tone="warning" alert title="The public key has expired" action={renew}>
        What was wrapped with it can’t be opened any more. Get a new one, and wrap again.
      </Note>
    )
  if (spent)
    return (
      <Note tone="warning" title="The public key is spent" action={renew}>
        Each is good for one try, whatever came of it. Get a new one, and wrap again.
      </Note>
    )
  return (
    <p className="text-sm text-muted">
      {left === null
        ? 'The public key is good for ten minutes. The clocks of this computer and of the console differ, so they can’t be counted down here.'
        : `The public key is good for ${duration(left)} more, and for one try.`}
    </p>
  )
}
