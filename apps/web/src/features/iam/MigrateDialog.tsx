import type { IamAudit } from '@strongroom/shared/iam'
import { readMigrationReport, startMigration } from '@strongroom/shared/migrations'
import { useQuery } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { call } from '../../api/call.ts'
import { useDenied } from '../../api/capabilities.ts'
import { query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { RunAs } from '../../components/RunAs.tsx'
import { runAsOf } from '../../components/run-as.ts'
import { useRunAs } from '../../components/use-run-as.ts'
import { counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Choice } from '../../ui/Field.tsx'
import { LastBackup } from './LastBackup.tsx'
import { PlanFigures, StayingItems } from './PlanFigures.tsx'

type Props = {
  audit: IamAudit
  /** Why it can't be started now. */
  why: string | null
  /** The migration that waits for a sign-in: the same call lets it go on, with the credentials given here. */
  waiting: string | null
  onClose: () => void
}

export function MigrateDialog({ audit, why, waiting, onClose }: Props) {
  const [, navigate] = useLocation()
  const denied = useDenied('migrateIam')
  const order = useOrder(waiting)
  const { form, submit, busy, atSecret, failure, onChoice } = useRunAs(
    (sent) => call(startMigration, inputOf(sent)),
    (job) => navigate(paths.iamJob(job.id), { replace: true }),
  )
  return (
    <Dialog wide title={waiting ? 'Go on with the migration' : 'Migrate IAM data'} onClose={onClose}>
      {waiting ? (
        <p>It goes on where it stands. What is done stays done, and each item is looked at on the drives first.</p>
      ) : (
        <WhatHappens audit={audit} />
      )}
      <form ref={form} onSubmit={submit} noValidate className="space-y-5">
        {!waiting && <LastBackup />}
        {order.extent ? (
          <input type="hidden" name="extent" value={order.extent} />
        ) : (
          <Extent again={waiting !== null} />
        )}
        <RunAs job="a migration" error={atSecret} first={waiting !== null} onChange={onChoice} />
        <FailureNote failure={failure} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy} why={denied ?? why ?? order.why}>
            {waiting ? 'Go on' : 'Start migration'}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

const WhatHappens = ({ audit }: { audit: IamAudit }) => (
  <>
    {/* The dialog begins here: its figures come before its password. */}
    <p tabIndex={-1} data-focus="" className="outline-none">
      {counted(audit.toMove, 'item')} will be written anew through MinIO, so that the key{' '}
      <span className="font-mono text-xs">{audit.defaultKey}</span> seals {audit.toMove === 1 ? 'it' : 'them'}. Each one
      is read back from the drives and its meaning compared; the first difference stops the job. Nobody loses access:
      users, rights and keys stay the same. It can be stopped and started again at any moment.
    </p>
    <PlanFigures audit={audit} />
    <StayingItems audit={audit} />
  </>
)

/** How the waiting migration was ordered: it goes on in that way and in no other. Without one there is nothing to know. */
function useOrder(waiting: string | null): { extent: Extent | null; why: string | null } {
  const { data, isLoading } = useQuery({
    ...query(readMigrationReport, { id: waiting ?? '' }),
    enabled: waiting !== null,
    structuralSharing: false,
  })
  if (isLoading) return { extent: 'all', why: 'Reading how it was started …' }
  if (!data) return { extent: null, why: null }
  const { dryRun, pilot } = data.report
  return { extent: dryRun ? 'dry-run' : pilot ? 'pilot' : 'all', why: null }
}

type Extent = 'all' | 'pilot' | 'dry-run'

/** `again`: it waits, and can't be asked how it was started. */
const Extent = ({ again }: { again: boolean }) => (
  <fieldset>
    <legend className="mb-2 text-sm font-semibold">{again ? 'How it was started' : 'How much of it'}</legend>
    <div className="grid gap-x-4 gap-y-2 sm:grid-cols-3">
      <Choice
        type="radio"
        name="extent"
        value="all"
        defaultChecked
        label="All items"
        hint="Until nothing is left that can be moved."
      />
      <Choice
        type="radio"
        name="extent"
        value="pilot"
        label="Pilot"
        hint="One item of each kind, then it ends: look, and start again for the rest."
      />
      <Choice
        type="radio"
        name="extent"
        value="dry-run"
        label="Dry run"
        hint="Writes nothing: says what would be done, and how long it would take."
      />
    </div>
  </fieldset>
)

function inputOf(form: HTMLFormElement) {
  const extent = new FormData(form).get('extent')
  return { dryRun: extent === 'dry-run', pilot: extent === 'pilot', ...runAsOf(form) }
}
