import type { Bucket } from '@strongroom/shared/buckets'
import { useMemo, useState } from 'react'
import { counted } from '../../lib/format.ts'
import { Choice } from '../../ui/Field.tsx'
import { BulkFrame } from './BulkFrame.tsx'
import { probeLines } from './bulk-lines.ts'
import { bulkPlan, tried } from './bulk-plan.ts'
import { useBucketRun, whyNotStart } from './use-bucket-run.ts'
import { useKnown } from './use-known.ts'

export function BulkProbe({ buckets, onClose }: { buckets: readonly Bucket[]; onClose: () => void }) {
  const [locked, setLocked] = useState(false)
  const known = useKnown()
  const start = useBucketRun()
  const act = useMemo(() => ({ kind: 'probe' as const, locked }), [locked])
  const steps = useMemo(() => bulkPlan(act, buckets, known), [act, buckets, known])
  const anyLocked = buckets.some(({ locking }) => locking !== false)
  const trying = tried(steps)
  return (
    <BulkFrame
      title={`Probe ${counted(buckets.length, 'bucket')}`}
      lead={
        <p>
          Nothing is lost: in each bucket a small object is written without any header, read back, looked at, and
          removed with all its versions. Notifications and replication of a bucket see it come and go. The evidence is
          kept.
        </p>
      }
      kind="probe"
      steps={steps}
      lines={probeLines(steps)}
      word={`Probe ${counted(trying.length, 'bucket')}`}
      why={whyNotStart(steps)}
      busy={start.isPending}
      failure={start.error}
      onStart={() => start.mutate({ buckets: steps.map(({ bucket }) => bucket), act })}
      onClose={onClose}
    >
      {anyLocked && (
        <Choice
          type="checkbox"
          label="Also where object lock is on"
          checked={locked}
          onChange={(event) => setLocked(event.target.checked)}
          hint="The probe is written with the shortest governance retention instead of the bucket’s own. It is removed under the right to bypass it, or stays until it has passed."
        />
      )}
    </BulkFrame>
  )
}
