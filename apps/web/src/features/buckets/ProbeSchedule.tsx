import { listBucketProbes, readProbeSchedule, setProbeSchedule } from '@strongroom/shared/bucket-probes'
import { type Bucket, listBuckets } from '@strongroom/shared/buckets'
import { PROBE_POLICY } from '@strongroom/shared/probe-policy'
import { useQuery } from '@tanstack/react-query'
import { invalidate, query, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { toast } from '../../components/toast.ts'
import { Button } from '../../ui/Button.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { Lines, Time } from '../../ui/Text.tsx'
import { scheduleVariables, whyNotScheduled } from './probe-words.ts'

/** Whether the console goes on probing by itself. Off unless somebody switched it on. */
export function ProbeSchedule({ bucket, on }: { bucket: Bucket; on: boolean }) {
  const schedule = useQuery(query(readProbeSchedule, {}))
  const change = useCall(setProbeSchedule, ({ scheduled }) => {
    void invalidate(listBucketProbes, readProbeSchedule, listBuckets)
    toast(`${bucket.name}: the console ${scheduled ? 'probes it by itself now' : 'probes it no more by itself'}.`)
  })
  return (
    <section aria-label="On a schedule" className="space-y-3 border-t border-line pt-4">
      <h3 className="flex flex-wrap items-center gap-x-3 font-semibold">
        On a schedule{' '}
        <span className="text-sm font-normal">{on ? <StateMark look={ON} /> : <StateMark look={OFF} />}</span>
      </h3>
      <ReadView read={schedule} height="h-16">
        {({ accessKey, everyHours, nextAt }) => (
          <div className="space-y-3">
            <p className="text-sm text-muted">
              {on
                ? `The console writes a probe every ${everyHours === 1 ? 'hour' : `${everyHours} hours`}`
                : `Switched on, the console would write a probe every ${everyHours === 1 ? 'hour' : `${everyHours} hours`}`}
              {accessKey && (
                <>
                  {' '}
                  with the access key <span className="font-mono text-xs">{accessKey}</span>
                </>
              )}
              {on && nextAt && (
                <>
                  , next <Time at={nextAt} />
                </>
              )}
              . A probe that fails is a finding on the overview.
            </p>
            <Button
              busy={change.isPending}
              why={on ? null : whyNotScheduled(bucket, accessKey)}
              onClick={() => change.mutate({ bucket: bucket.name, on: !on })}
            >
              {on ? 'Switch off' : 'Switch on'}
            </Button>
            <FailureNote failure={change.error} />
            {accessKey === null && whyNotScheduled(bucket, 'any') === null && (
              <HowToConfigure everyHours={everyHours} />
            )}
          </div>
        )}
      </ReadView>
    </section>
  )
}

const ON = { icon: 'good', word: 'On', ink: 'text-good' } as const
const OFF = { icon: 'unknown', word: 'Off', ink: 'text-muted' } as const

/** The console can't give itself rights: somebody makes an access key for it, with this policy and no more. */
const HowToConfigure = ({ everyHours }: { everyHours: number }) => (
  <details className="space-y-3 text-sm">
    <summary className="text-muted hover:text-ink">How to give it one</summary>
    <p>Make a user with the policy below and nothing else, set these for the console, and start it again.</p>
    <Lines label="The console’s environment" lines={scheduleVariables(everyHours)} />
    <div className="[&_pre]:max-h-64 [&_pre]:overflow-y-auto">
      <Lines
        label="All that the access key needs: probe-policy.json"
        lines={JSON.stringify(PROBE_POLICY, null, 2).split('\n')}
      />
    </div>
    <Lines
      label="From a terminal"
      lines={[
        'mc admin policy create ALIAS strongroom-probe ./probe-policy.json',
        'mc admin user add ALIAS ACCESS-KEY',
        'mc admin policy attach ALIAS strongroom-probe --user ACCESS-KEY',
      ]}
      note="Without a secret key in the line, mc asks for it, and no shell keeps it."
    />
  </details>
)
