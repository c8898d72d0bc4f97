import type { Bucket } from '@strongroom/shared/buckets'
import { startCoverage } from '@strongroom/shared/coverage'
import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { call } from '../../api/call.ts'
import { RunAs } from '../../components/RunAs.tsx'
import { runAsOf } from '../../components/run-as.ts'
import { useRunAs } from '../../components/use-run-as.ts'
import { counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Choice } from '../../ui/Field.tsx'
import { BulkFrame } from './BulkFrame.tsx'
import { countBucketsLines } from './bulk-lines.ts'
import { bulkPlan } from './bulk-plan.ts'
import { RateField, rateOf } from './RateField.tsx'
import { whyNotStart } from './use-bucket-run.ts'
import { useKnown } from './use-known.ts'

/** Counts what seals the objects that are there. */
export function BulkCount({ buckets, onClose }: { buckets: readonly Bucket[]; onClose: () => void }) {
  const [, navigate] = useLocation()
  const [fresh, setFresh] = useState(false)
  const known = useKnown()
  const steps = useMemo(() => bulkPlan({ kind: 'count', fresh }, buckets, known), [fresh, buckets, known])
  const { form, submit, busy, atSecret, failure, fields, onChoice } = useRunAs(
    (sent) =>
      call(startCoverage, {
        buckets: buckets.map(({ name }) => name),
        fresh,
        ...rateOf(sent),
        ...runAsOf(sent),
      }),
    (job) => navigate(paths.job(job.id)),
  )
  const cutOff = buckets.some(({ coverage }) => coverage !== null && coverage.takenAt === null)
  return (
    <BulkFrame
      title={`Count ${counted(buckets.length, 'bucket')}`}
      lead={
        <p>
          Nothing is changed: every version of every object is listed with its metadata and counted by what seals it.
          The buckets stay usable meanwhile; many objects take long, and it can be stopped and goes on where it was.
        </p>
      }
      kind="count"
      steps={steps}
      lines={countBucketsLines(steps)}
      word={`Count ${counted(buckets.length, 'bucket')}`}
      why={whyNotStart(steps)}
      busy={busy}
      failure={failure}
      onStart={() => form.current?.requestSubmit()}
      onClose={onClose}
    >
      <form ref={form} noValidate onSubmit={submit} className="space-y-5">
        <RateField error={fields?.get('/pagesPerSecond')} />
        {cutOff && (
          <Choice
            type="checkbox"
            label="Begin anew where an earlier counting was cut off"
            checked={fresh}
            onChange={(event) => setFresh(event.target.checked)}
          />
        )}
        <RunAs job="a counting" error={atSecret} first={false} onChange={onChoice} />
      </form>
    </BulkFrame>
  )
}
