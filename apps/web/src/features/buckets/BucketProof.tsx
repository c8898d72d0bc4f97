import { listBucketProbes, probeBucket } from '@strongroom/shared/bucket-probes'
import { type Bucket, listBuckets, readBucket } from '@strongroom/shared/buckets'
import { readOverview } from '@strongroom/shared/overview'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { invalidate, query, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Field.tsx'
import { Note } from '../../ui/Note.tsx'
import { Lines } from '../../ui/Text.tsx'
import { ProbeEvidence } from './ProbeEvidence.tsx'
import { ProbeSchedule } from './ProbeSchedule.tsx'

/** Whether the promise of the bucket holds: a probe now, the evidence so far, and who goes on looking. */
export function BucketProof({ bucket }: { bucket: Bucket }) {
  const probes = useQuery(query(listBucketProbes, { bucket: bucket.name }))
  return (
    <>
      <WriteProbe bucket={bucket} />
      <section aria-label="Evidence" className="space-y-3 border-t border-line pt-4">
        <h3 className="font-semibold">Evidence</h3>
        <ReadView read={probes} height="h-24">
          {(data) => <ProbeEvidence probes={data.probes} />}
        </ReadView>
        <Lines
          label="The same probe from a terminal"
          lines={[
            `mc cp ./PROBE.txt ALIAS/${bucket.name}/PROBE.txt`,
            `mc stat ALIAS/${bucket.name}/PROBE.txt`,
            `mc rm --versions --force ALIAS/${bucket.name}/PROBE.txt`,
          ]}
        />
      </section>
      {probes.data && <ProbeSchedule bucket={bucket} on={probes.data.scheduled} />}
    </>
  )
}

/** A failed probe is evidence too. */
const changed = () => invalidate(listBucketProbes, listBuckets, readBucket, readOverview)

function WriteProbe({ bucket: { name, locking, replication } }: { bucket: Bucket }) {
  const [locked, setLocked] = useState(false)
  const probe = useCall(probeBucket)
  const write = () => probe.mutate({ bucket: name, locked }, { onSettled: () => void changed() })
  return (
    <section aria-label="Write-probe" className="space-y-3">
      <p className="text-sm text-muted">
        A probe writes a small object without any header, reads it back, looks at what sealed it, and removes it with
        all its versions. Notifications of the bucket see it come and go.
      </p>
      {replication && (
        <Note tone="info" title="The bucket is replicated">
          The probe object is copied to the replication targets too; whether it goes there as well depends on the rule.
        </Note>
      )}
      {locking !== false && (
        <Choice
          type="checkbox"
          label={
            locking ? 'Object lock is on: write the probe under the shortest retention' : 'Also if object lock is on'
          }
          checked={locked}
          onChange={(event) => setLocked(event.target.checked)}
          hint="It gets governance retention of a few seconds instead of the bucket’s own. It is removed under the right to bypass governance, or when the retention has passed; where that fails, the object stays until the next probe, and the evidence says so."
        />
      )}
      <Button
        look="primary"
        busy={probe.isPending}
        why={locking && !locked ? 'Accept the retention first.' : null}
        onClick={write}
      >
        Write a probe
      </Button>
      <FailureNote failure={probe.error} />
      <p role="status" className="sr-only">
        {probe.data && 'The probe is written, and listed under Evidence.'}
      </p>
    </section>
  )
}
