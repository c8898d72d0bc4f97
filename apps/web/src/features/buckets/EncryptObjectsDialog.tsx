import { type BucketTrait, readEncryptionPlan, startObjectEncryption } from '@strongroom/shared/object-encryption'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { call } from '../../api/call.ts'
import { query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { ReadView } from '../../components/ReadView.tsx'
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
import { Always, Consequences } from './Consequences.tsx'
import { plainCurrent } from './coverage-words.ts'
import { EncryptionFields } from './EncryptionFields.tsx'
import { type EncryptionPlan, firstChoice, goesOn, whyNotEncrypt } from './encryption-choice.ts'
import { countLines } from './object-lines.ts'

type Props = { bucket: string; defaultKey: string | null; onClose: () => void }

/** Encrypts the current objects of a bucket where they are. What it means is said before anything can be started. */
export function EncryptObjectsDialog({ bucket, defaultKey, onClose }: Props) {
  const plan = useQuery({ ...query(readEncryptionPlan, { bucket }), refetchOnWindowFocus: false })
  return (
    <Dialog wide title={`Encrypt the objects of ${bucket}`} onClose={onClose}>
      <p tabIndex={-1} data-focus="" className="outline-none">
        Each current object is read and written anew in its place, so that its bytes are sealed. The content, metadata,
        tags, retention and legal hold stay as they are; what a client writes meanwhile wins, and is looked at again. It
        can be stopped at any moment, and started again.
      </p>
      <ReadView read={plan} height="h-96">
        {(data) => <PlanForm bucket={bucket} plan={data} defaultKey={defaultKey} onClose={onClose} />}
      </ReadView>
    </Dialog>
  )
}

function PlanForm({ bucket, plan, defaultKey, onClose }: Props & { plan: EncryptionPlan }) {
  const [, navigate] = useLocation()
  const [choice, setChoice] = useState(() => firstChoice(plan))
  const [accepted, setAccepted] = useState<ReadonlySet<BucketTrait>>(new Set())
  const { mode, key, which, prefix } = choice
  const { form, submit, busy, atSecret, failure, fields, onChoice } = useRunAs(
    (sent) => {
      const data = new FormData(sent)
      return call(startObjectEncryption, {
        ...{ bucket, mode, which, prefix, accepted: [...accepted] },
        ...(mode === 'sse-kms' && { key }),
        parts: partsOf(data.get('parts')),
        atOnce: Number(data.get('atOnce')),
        fresh: data.get('fresh') !== null,
        ...runAsOf(sent),
      })
    },
    (job) => navigate(paths.objectRun(job.id)),
  )
  return (
    <form ref={form} onSubmit={submit} noValidate className="space-y-5">
      <Known plan={plan} />
      {goesOn(plan, choice) && (
        <>
          <Note
            tone="info"
            title={`It goes on with a run that was cut off: ${counted(plan.unfinished!.done, 'object')} looked at`}
          >
            Begun <Time at={plan.unfinished!.startedAt} />. With other choices it begins anew.
          </Note>
          <Choice
            type="checkbox"
            name="fresh"
            label="Begin anew"
            hint="Else what was written before that place since then is not looked at. Objects that are sealed as asked are left alone."
          />
        </>
      )}
      <EncryptionFields choice={choice} onChange={setChoice} defaultKey={defaultKey} errors={fields} />
      <Consequences plan={plan} accepted={accepted} onAccept={setAccepted} />
      <Always always={plan.always} />
      <RunAs job="the encryption" error={atSecret} first={false} onChange={onChoice} />
      <Lines
        label="What seals the objects, from a terminal"
        lines={countLines(bucket, prefix)}
        note="No line of mc encrypts them safely: a copy of an object onto itself loses what a client writes at the same moment."
      />
      <FailureNote failure={failure} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" busy={busy} why={whyNotEncrypt(plan, choice, accepted)}>
          Encrypt objects
        </Button>
      </DialogButtons>
    </form>
  )
}

const partsOf = (value: FormDataEntryValue | null) => (value === 'join' || value === 'leave' ? value : 'keep')

/** How much there is to do, as far as it was counted. */
function Known({ plan: { counts, countedAt } }: { plan: EncryptionPlan }) {
  if (counts === null || countedAt === null)
    return <p className="text-sm text-muted">Nobody has counted yet, so how much there is to do is not known.</p>
  const { count, bytes: size } = plainCurrent(counts)
  return (
    <p className="text-sm text-muted">
      Counted <Time at={countedAt} />: {counted(count, 'current object')} in plaintext, {bytes(size)}.
    </p>
  )
}
