import { type Session, signIn } from '@strongroom/shared/session'
import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { call } from '../../api/call.ts'
import type { ApiFailure, FailureCode } from '../../api/failure.ts'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { Note } from '../../ui/Note.tsx'

/** What to do next, where the server's own words do not say it for this form. */
const cures: Partial<Record<FailureCode, string>> = {
  'wrong-credentials': 'Check both values: nothing was changed, and the secret key has to be typed again.',
  'rate-limited': 'Wait a moment before the next attempt.',
  'clock-skew': 'Set the clock of the host that differs (NTP), then sign in again.',
  'iam-not-loaded':
    'Only the root user can be told from a stranger now. Restore the key or the root credentials that MinIO misses, then restart it.',
  'upstream-unreachable': 'Your data is as it was. Start MinIO, or correct the console’s MinIO address.',
  'console-unreachable': 'Start Strongroom again, then try once more.',
}

type Props = { onSignedIn: (session: Session) => void; accessKey?: string }

/** The secret is read from the input when it is sent: it is never React state, nor a mutation variable in the cache. */
export function SignInForm({ onSignedIn, accessKey = '' }: Props) {
  const form = useRef<HTMLFormElement>(null)
  const field = (name: string) => form.current?.elements.namedItem(name) as HTMLInputElement
  const submit = useMutation({
    mutationFn: () => call(signIn, { accessKey: field('accessKey').value, secretKey: field('secretKey').value }),
    gcTime: 0,
    onSuccess: onSignedIn,
    onError: ({ code }) => {
      field('secretKey').value = ''
      field(code === 'wrong-credentials' ? 'accessKey' : 'secretKey').focus()
    },
  })
  const { error } = submit
  return (
    <form
      ref={form}
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!submit.isPending) submit.mutate()
      }}
    >
      <Field
        label="Access key"
        name="accessKey"
        autoComplete="username"
        defaultValue={accessKey}
        autoFocus={!accessKey}
        data-focus={accessKey ? undefined : ''}
        error={error?.fields.get('/accessKey')}
      />
      <Field
        label="Secret key"
        name="secretKey"
        type="password"
        autoComplete="current-password"
        autoFocus={accessKey !== ''}
        data-focus={accessKey ? '' : undefined}
        error={error?.fields.get('/secretKey')}
        hint="Exchanged for temporary credentials at MinIO, then dropped."
      />
      <SignInFailure failure={error} />
      <Button type="submit" look="primary" busy={submit.isPending} className="w-full">
        Sign in
      </Button>
    </form>
  )
}

function SignInFailure({ failure }: { failure: ApiFailure | null }) {
  if (!failure || failure.fields.size > 0) return null
  return (
    <Note tone={failure.code === 'rate-limited' ? 'warning' : 'critical'} alert title={failure.title}>
      <p>{failure.message}</p>
      {cures[failure.code] && <p className="mt-1">{cures[failure.code]}</p>}
    </Note>
  )
}
