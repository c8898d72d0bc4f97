import { createBackup, downloadBackup, type IamBackup, listBackups } from '@strongroom/shared/backups'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { downloadUrl } from '../../api/base.ts'
import { call } from '../../api/call.ts'
import { invalidate, query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { bytes, counted } from '../../lib/format.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Choice, Field } from '../../ui/Field.tsx'
import { Note } from '../../ui/Note.tsx'
import { CopyButton, Facts, Lines, Time } from '../../ui/Text.tsx'
import { passphraseTrouble } from './passphrase.ts'

/** A copy of IAM and configuration, sealed so that whoever holds the recipient's identity or the passphrase can open it. */
export function BackupDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<IamBackup | null>(null)
  return (
    <Dialog wide title={made ? 'The backup is sealed' : 'Make a sealed backup'} onClose={onClose}>
      {made ? <Made backup={made} onClose={onClose} /> : <BackupForm onMade={setMade} onClose={onClose} />}
    </Dialog>
  )
}

/** The passphrase is read from the input when it is sent, and wiped then: it is in no state and in no cache. */
function BackupForm({ onMade, onClose }: { onMade: (backup: IamBackup) => void; onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null)
  const [how, setHow] = useState<IamBackup['sealedFor']>('recipient')
  const [trouble, setTrouble] = useState<ReturnType<typeof passphraseTrouble>>(null)
  const make = useMutation({
    mutationFn: () => call(createBackup, inputOf(form.current!)),
    gcTime: 0,
    onSettled: () => wipe(form.current),
    onSuccess: (backup) => {
      void invalidate(listBackups)
      onMade(backup)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const found = how === 'passphrase' ? passphraseTrouble(value(form, 'passphrase'), value(form, 'again')) : null
    setTrouble(found)
    if (!found && !make.isPending) make.mutate()
  }
  const choose = (next: IamBackup['sealedFor']) => {
    setHow(next)
    setTrouble(null)
    make.reset()
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="space-y-4">
      <p>
        Users, groups, policies, service accounts and the configuration, as MinIO exports them, sealed in the console as
        an age file and kept in its backup folder. What can be downloaded is ciphertext.
      </p>
      <p className="text-muted">
        It is never sealed by the KES key alone: such a backup could not be read exactly when it is needed, when KES or
        its key is lost. So it needs somebody outside the cluster who can open it.
      </p>
      <fieldset className="space-y-2">
        <legend className="mb-2 text-sm font-semibold">Who can open it</legend>
        <Choice
          type="radio"
          name="how"
          checked={how === 'recipient'}
          onChange={() => choose('recipient')}
          label="The holder of an age identity"
          hint="Keep the identity offline; the console learns the public recipient alone."
        />
        <Choice
          type="radio"
          name="how"
          checked={how === 'passphrase'}
          onChange={() => choose('passphrase')}
          label="Whoever knows a passphrase"
          hint="It is not kept anywhere: if it is forgotten, nobody can open the backup."
        />
      </fieldset>
      {how === 'recipient' ? (
        <Field
          key="recipient"
          label="age recipient"
          name="recipient"
          mono
          autoComplete="off"
          data-focus=""
          placeholder="age1…"
          error={make.error?.fields.get('/recipient')}
          hint="age-keygen makes an identity and prints its recipient."
        />
      ) : (
        <div key="passphrase" className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Passphrase"
            name="passphrase"
            type="password"
            autoComplete="new-password"
            error={trouble?.first ?? make.error?.fields.get('/passphrase')}
            hint="12 characters or more."
          />
          <Field
            label="The same again"
            name="again"
            type="password"
            autoComplete="new-password"
            error={trouble?.second}
          />
        </div>
      )}
      <FailureNote failure={make.error} />
      <Kept />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={make.isPending}>
          Make the backup
        </Button>
      </DialogButtons>
    </form>
  )
}

function Made({ backup, onClose }: { backup: IamBackup; onClose: () => void }) {
  const [, setAct] = useUrlParam('act')
  const open =
    backup.sealedFor === 'recipient' ? `age -d -i IDENTITY -o OPENED ${backup.id}` : `age -d -o OPENED ${backup.id}`
  return (
    <>
      <Note tone="good" title="It lies in the backup folder of the console" alert>
        Download a copy to where it survives the loss of this host, and try once that it opens.
      </Note>
      <Facts
        facts={[
          [
            'File',
            <span key="f" className="font-mono text-xs">
              {backup.id}
            </span>,
          ],
          ['Size', bytes(backup.sizeBytes)],
          ['Opened by', backup.sealedFor === 'recipient' ? 'the identity of the recipient' : 'the passphrase'],
          [
            'SHA-256',
            <span key="h" className="inline-flex flex-wrap items-center gap-1">
              <span className="font-mono text-xs wrap-anywhere">{backup.sha256}</span>
              <CopyButton text={backup.sha256} />
            </span>,
          ],
        ]}
      />
      <Lines label="Open it again" lines={[open]} />
      <DialogButtons>
        <Button onClick={onClose}>Close</Button>
        <Button onClick={() => setAct('migrate')}>To the migration</Button>
        <DownloadLink backup={backup} primary />
      </DialogButtons>
    </>
  )
}

/** What lies in the folder already. */
function Kept() {
  const { data } = useQuery(query(listBackups, {}))
  if (!data || data.backups.length === 0) return null
  return (
    <details className="text-sm">
      <summary className="text-muted hover:text-ink">
        {counted(data.backups.length, 'sealed backup')} in {data.folder}
      </summary>
      <ul className="mt-2 max-h-48 divide-y divide-line overflow-y-auto rounded-md border border-line">
        {data.backups.map((backup) => (
          <li key={backup.id} className="flex flex-wrap items-center justify-between gap-x-4 px-3 py-1.5">
            <span className="min-w-0">
              <span className="font-mono text-xs wrap-anywhere">{backup.id}</span>
              <span className="block text-xs text-muted">
                <Time at={backup.takenAt} />, by {backup.takenBy}, {bytes(backup.sizeBytes)}, for{' '}
                {backup.sealedFor === 'recipient' ? 'a recipient' : 'a passphrase'}
              </span>
            </span>
            <DownloadLink backup={backup} />
          </li>
        ))}
      </ul>
    </details>
  )
}

const DownloadLink = ({ backup: { id }, primary = false }: { backup: IamBackup; primary?: boolean }) => (
  <a
    href={downloadUrl(downloadBackup, { id })}
    download
    aria-label={`Download ${id}`}
    className={buttonClass(primary ? 'primary' : 'quiet')}
  >
    Download
  </a>
)

const field = (form: HTMLFormElement | null, name: string) =>
  form?.elements.namedItem(name) as HTMLInputElement | null | undefined

const value = (form: React.RefObject<HTMLFormElement | null>, name: string) => field(form.current, name)?.value ?? ''

function wipe(form: HTMLFormElement | null) {
  for (const name of ['passphrase', 'again']) {
    const input = field(form, name)
    if (input) input.value = ''
  }
}

function inputOf(form: HTMLFormElement) {
  const passphrase = field(form, 'passphrase')?.value
  return passphrase === undefined ? { recipient: field(form, 'recipient')?.value.trim() ?? '' } : { passphrase }
}
