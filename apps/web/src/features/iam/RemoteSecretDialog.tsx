import { enterTargetSecret, enterTierSecret, listRemoteSecrets } from '@strongroom/shared/remote-secrets'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { call } from '../../api/call.ts'
import { invalidate, query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { toast } from '../../components/toast.ts'
import { useUrlParam } from '../../components/use-url-param.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Choice, Field } from '../../ui/Field.tsx'
import { type Remote, remotesOf } from './remotes.ts'

/** Secrets of other systems that MinIO keeps: it tries them there, and saves them anew under its default key. */
export function RemoteSecretDialog({ onClose }: { onClose: () => void }) {
  const [item] = useUrlParam('item')
  const remotes = useQuery(query(listRemoteSecrets, {}))
  return (
    <Dialog title="Seal again" onClose={onClose}>
      <ReadView read={remotes} height="h-48">
        {(data) => <SecretForm remotes={remotesOf(data, item)} onClose={onClose} />}
      </ReadView>
    </Dialog>
  )
}

/** The secret is read from the input when it is sent, and wiped then: it is in no state and in no cache. */
function SecretForm({ remotes, onClose }: { remotes: readonly Remote[]; onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null)
  const [chosen, setChosen] = useState(remotes[0]?.id ?? '')
  const remote = remotes.find(({ id }) => id === chosen)
  const [wanted, setEntering] = useState(false)
  const entering = wanted || remote?.savedAlone === false
  const enter = useMutation({
    mutationFn: () => send(remote!, entering ? typedIn(form.current!) : {}),
    gcTime: 0,
    onSettled: () => {
      if (form.current && entering) fieldOf(form.current, 'secretKey').value = ''
    },
    onSuccess: () => {
      void invalidate(listRemoteSecrets)
      toast(`MinIO tried the credentials of ${remote!.name} and saved them anew. Read the drives to see it.`)
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (remote && !enter.isPending) enter.mutate()
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="space-y-4">
      <p>
        MinIO keeps these credentials to reach another system. It tries them there first; when they are refused, or the
        other system is away, nothing changes. Then it saves them anew, sealed by its default key.
      </p>
      {remotes.length === 0 && <p className="text-muted">MinIO lists no tier and no bucket target for this item.</p>}
      {remotes.length > 0 && (
        <fieldset className="space-y-2">
          <legend className="mb-2 text-sm font-semibold">Whose credentials</legend>
          <div className="max-h-52 space-y-2 overflow-y-auto">
            {remotes.map(({ id, name, detail }) => (
              <Choice
                key={id}
                type="radio"
                name="remote"
                checked={id === chosen}
                onChange={() => setChosen(id)}
                label={<span className="wrap-anywhere">{name}</span>}
                hint={<span className="wrap-anywhere">{detail}</span>}
              />
            ))}
          </div>
        </fieldset>
      )}
      {remote && (
        <fieldset className="space-y-2">
          <legend className="mb-2 text-sm font-semibold">Which</legend>
          <Choice
            type="radio"
            name="which"
            checked={!entering}
            disabled={!remote.savedAlone}
            onChange={() => setEntering(false)}
            label="Those that MinIO has"
            hint={
              remote.savedAlone
                ? 'Nothing is typed, and no secret leaves MinIO.'
                : 'For tiers of this type MinIO wants them entered.'
            }
          />
          <Choice
            type="radio"
            name="which"
            checked={entering}
            onChange={() => setEntering(true)}
            label="Enter them again"
            hint="The same, or new ones."
          />
        </fieldset>
      )}
      {remote && entering && (
        <>
          <Field
            key={remote.id}
            label="Access key at the remote end"
            name="accessKey"
            mono
            autoComplete="off"
            defaultValue={remote.accessKey}
            error={enter.error?.fields.get('/accessKey')}
          />
          <Field
            label="Secret key at the remote end"
            name="secretKey"
            type="password"
            autoComplete="off"
            error={enter.error?.fields.get('/secretKey')}
            hint="Sent once to MinIO, and kept nowhere else."
          />
        </>
      )}
      <FailureNote failure={enter.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={enter.isPending} why={remote ? null : 'There is nothing to seal.'}>
          Seal again
        </Button>
      </DialogButtons>
    </form>
  )
}

const fieldOf = (form: HTMLFormElement, name: string) => form.elements.namedItem(name) as HTMLInputElement

const typedIn = (form: HTMLFormElement) => ({
  accessKey: fieldOf(form, 'accessKey').value,
  secretKey: fieldOf(form, 'secretKey').value,
})

const send = (remote: Remote, pair: Partial<ReturnType<typeof typedIn>>) =>
  remote.tier === undefined
    ? call(enterTargetSecret, { bucket: remote.bucket, arn: remote.arn, ...pair })
    : call(enterTierSecret, { name: remote.tier, ...pair })
