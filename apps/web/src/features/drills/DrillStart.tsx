import { startDrill } from '@strongroom/shared/drills'
import { type FormEvent, useRef } from 'react'
import { jobChanged, keepJob } from '../../api/job-stream.ts'
import { useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Button } from '../../ui/Button.tsx'
import { Field } from '../../ui/Field.tsx'
import { Lines } from '../../ui/Text.tsx'

const SAMPLES = 200

/** `endpoint`: of the restored KES; null: none is configured; undefined: not known yet. */
type Props = { endpoint: string | null | undefined; refused: boolean; onStart: (job: string) => void }

export function DrillStart({ endpoint, refused, onStart }: Props) {
  return (
    <section aria-label="Hold a drill" className="space-y-3 rounded-md border border-line bg-surface p-4">
      <p className="max-w-[90ch]">
        Restore the backup of the keystore to another KES, away from this one. A drill takes data keys from the drives
        and from objects of this cluster, as they were really sealed, and has that KES open them. Nothing is written on
        either side, and no opened data key is kept or shown.
      </p>
      {endpoint === null && <Unconfigured />}
      {endpoint === undefined && !refused && <div className="h-60" />}
      {endpoint && <StartForm endpoint={endpoint} onStart={onStart} />}
    </section>
  )
}

const Unconfigured = () => (
  <div className="space-y-3">
    <p className="font-medium">No restored KES is configured. Set these for the console, and start it again:</p>
    <Lines
      label="Environment of the console"
      lines={[
        'STRONGROOM_DRILL_KES_ENDPOINT=https://RESTORED-HOST:7373',
        'STRONGROOM_DRILL_KES_CERT_FILE=/PATH/TO/drill.crt',
        'STRONGROOM_DRILL_KES_KEY_FILE=/PATH/TO/drill.key',
        'STRONGROOM_DRILL_KES_CAPATH=/PATH/TO/restored-ca.crt',
      ]}
      note="Or STRONGROOM_DRILL_KES_API_KEY_FILE in place of certificate and key. Its policy there needs /v1/status and /v1/key/decrypt/*."
    />
    <CommandLine endpoint="https://RESTORED-HOST:7373" />
  </div>
)

function StartForm({ endpoint, onStart }: { endpoint: string; onStart: (job: string) => void }) {
  const form = useRef<HTMLFormElement>(null)
  const start = useCall(startDrill, (job) => {
    keepJob(job)
    void jobChanged()
    onStart(job.id)
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const samples = Number(new FormData(form.current!).get('samples'))
    if (!start.isPending) start.mutate({ samples })
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="space-y-3">
      <p>
        The restored KES: <span className="font-mono text-xs wrap-anywhere">{endpoint}</span>
      </p>
      <div className="max-w-72">
        <Field
          label="Data keys to sample"
          name="samples"
          type="number"
          min={1}
          max={10_000}
          defaultValue={SAMPLES}
          error={start.error?.fields.get('/samples')}
          hint="1 to 10 000, spread over all keys."
        />
      </div>
      <FailureNote failure={start.error} />
      <Button type="submit" look="primary" busy={start.isPending}>
        Hold a drill
      </Button>
      <CommandLine endpoint={endpoint} />
    </form>
  )
}

const CommandLine = ({ endpoint }: { endpoint: string }) => (
  <Lines
    label="The same from a terminal, on the drives or a copy of them, without MinIO and without the console"
    lines={[
      `strongroom drill --endpoint ${endpoint} --ca CA.crt --cert DRILL.crt --key DRILL.key --drives '/MNT/DRIVE{1...4}' --samples ${SAMPLES}`,
    ]}
  />
)
