import { listJobs } from '@strongroom/shared/jobs'
import { type ObjectRun, readObjectRun, startPlainRemoval } from '@strongroom/shared/object-encryption'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { call } from '../../api/call.ts'
import { query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { RunAs } from '../../components/RunAs.tsx'
import { runAsOf } from '../../components/run-as.ts'
import { useRunAs } from '../../components/use-run-as.ts'
import { bytes, counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Choice } from '../../ui/Field.tsx'
import { Note } from '../../ui/Note.tsx'
import { Lines, Time } from '../../ui/Text.tsx'
import { ConfirmField } from './ConfirmField.tsx'
import { removePlainLines } from './object-lines.ts'
import { PrefixField } from './PrefixField.tsx'
import { isDryRunOf, whyNotRemove } from './removal.ts'
import { newestOn } from './use-bucket-jobs.ts'

type Props = { bucket: string; onClose: () => void }

/** Versions that are gone are gone: first a dry run, then the name, and nothing on Enter. */
export function RemovePlainDialog({ bucket, onClose }: Props) {
  const [, navigate] = useLocation()
  const [prefix, setPrefix] = useState('')
  const [dryRun, setDryRun] = useState(true)
  const [typed, setTyped] = useState('')
  const last = useLastRun(bucket)
  const rehearsed = isDryRunOf(last, prefix) ? last : null
  const { form, submit, busy, atSecret, failure, fields, onChoice } = useRunAs(
    (sent) => call(startPlainRemoval, { bucket, prefix, dryRun, confirm: dryRun ? bucket : typed, ...runAsOf(sent) }),
    (job) => navigate(paths.objectRun(job.id)),
  )
  return (
    <Dialog wide title={`Remove plain versions of ${bucket}`} onClose={onClose}>
      <p className="font-medium">
        Older versions in plaintext are deleted for good: there is no undo, and nobody can go back to them.
      </p>
      <p className="text-muted">
        Only those whose bytes a newer, encrypted version of the same object holds: both are read and compared first,
        with their metadata and tags. Current objects, versions under lock or legal hold, and versions with other
        content stay. In a replicated bucket they are removed at the targets too, also where a rule was off when the
        copy was written: look at mc replicate status first.
      </p>
      <form ref={form} onSubmit={(event) => event.preventDefault()} noValidate className="space-y-5">
        <PrefixField value={prefix} onChange={setPrefix} error={fields?.get('/prefix')} />
        <fieldset className="space-y-2">
          <legend className="mb-2 text-sm font-semibold">How far</legend>
          <Choice
            type="radio"
            name="extent"
            label="Dry run"
            checked={dryRun}
            onChange={() => setDryRun(true)}
            hint="Reads and compares all of it, and says what would be removed. Nothing is removed."
          />
          <Choice
            type="radio"
            name="extent"
            label="Remove"
            checked={!dryRun}
            onChange={() => setDryRun(false)}
            hint="After a dry run. Everything is read and compared once more before it is removed."
          />
        </fieldset>
        {rehearsed && <Rehearsed run={rehearsed} />}
        {!dryRun && <ConfirmField word={bucket} one value={typed} onChange={setTyped} />}
        <RunAs job="the removal" error={atSecret} first={false} onChange={onChoice} />
        <Lines
          label="From a terminal, version by version"
          lines={removePlainLines(bucket, prefix)}
          note="mc compares nothing: which version is whose copy is for you to find out."
        />
        <FailureNote failure={failure} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          {dryRun ? (
            <Button look="primary" busy={busy} onClick={submit}>
              Start dry run
            </Button>
          ) : (
            <Button look="danger" busy={busy} why={whyNotRemove(rehearsed, typed, bucket)} onClick={submit}>
              Remove plain versions
            </Button>
          )}
        </DialogButtons>
      </form>
    </Dialog>
  )
}

/** The newest removal or dry run on the bucket, when it came to its end. */
function useLastRun(bucket: string): ObjectRun | null {
  const job = newestOn(useQuery(query(listJobs, {})).data?.jobs ?? [], 'plain-removal', bucket)
  const done = job?.state === 'done'
  const run = useQuery({ ...query(readObjectRun, { id: job?.id ?? '' }), enabled: done }).data
  return done ? (run ?? null) : null
}

const Rehearsed = ({ run: { done, left, failed, endedAt } }: { run: ObjectRun }) => (
  <Note tone="info" title={`The dry run found ${counted(done.count, 'version')} to remove, ${bytes(done.bytes)}`}>
    {endedAt && <Time at={endedAt} />}.{' '}
    {left.length > 0 &&
      `${counted(
        left.reduce((sum, { count }) => sum + count, 0),
        'plain version',
      )} would stay. `}
    {failed > 0 && `${counted(failed, 'version')} could not be looked at.`}
  </Note>
)
