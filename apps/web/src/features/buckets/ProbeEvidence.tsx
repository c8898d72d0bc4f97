import type { BucketProbe, FailedProbe, ProbeSummary } from '@strongroom/shared/bucket-probes'
import { useState } from 'react'
import { counted, exact } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Note } from '../../ui/Note.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { Facts, Time } from '../../ui/Text.tsx'
import { proofLooks } from './bucket-words.ts'
import { probeOutcome } from './probe-words.ts'
import { encryptionWords } from './seal-of-bucket.ts'

type Probe = BucketProbe | FailedProbe

const SHOWN = 10

/** The last probes, newest first; the newest is open. */
export function ProbeEvidence({ probes }: { probes: readonly Probe[] }) {
  const [all, setAll] = useState(false)
  if (probes.length === 0)
    return (
      <p className="text-sm text-muted">
        Dated evidence would be listed here. No probe was written in this bucket yet: write the first.
      </p>
    )
  return (
    <>
      <ul className="divide-y divide-line rounded-md border border-line">
        {(all ? probes : probes.slice(0, SHOWN)).map((probe, index) => (
          <li key={probe.at}>
            <details className="group" open={index === 0}>
              <summary className="flex list-none flex-wrap items-center gap-x-3 gap-y-0.5 px-3 py-2 text-sm pointer-coarse:min-h-11">
                <Icon
                  name="open"
                  size={14}
                  className="text-muted transition-transform duration-150 group-open:rotate-90"
                />
                <span className="w-20">
                  <StateMark look={proofLooks[probeOutcome(probe)]} />
                </span>
                <span className="min-w-0 grow text-muted">
                  <Time at={probe.at} /> by {probe.by}
                  {probe.scheduled && ', on schedule'}
                </span>
              </summary>
              <div className="space-y-3 px-3 pb-3">
                {'reason' in probe ? <Failed probe={probe} /> : <Written probe={probe} outcome={probeOutcome(probe)} />}
              </div>
            </details>
          </li>
        ))}
      </ul>
      {!all && probes.length > SHOWN && (
        <Button look="quiet" onClick={() => setAll(true)}>
          Show all {counted(probes.length, 'probe')}
        </Button>
      )}
    </>
  )
}

const Failed = ({ probe: { reason, at, promised } }: { probe: FailedProbe }) => (
  <>
    <Note tone="critical" title={proofLooks.failed.sentence}>
      {reason}
    </Note>
    {promised !== undefined && <Facts facts={[['Promised', promiseWords(promised)]]} />}
    <p className="text-xs text-muted">{exact(at)}. It says nothing of how objects are sealed.</p>
  </>
)

const promiseWords = (promised: BucketProbe['promised']) =>
  promised ? encryptionWords(promised) : 'Not known when it was written'

function Written({ probe, outcome }: { probe: BucketProbe; outcome: ProbeSummary['outcome'] }) {
  const { promised, mode, key, headers, readBack, left, object, at, swept } = probe
  const back = readBack ? 'Yes, with the same bytes' : 'No: the bytes differ. Check the key service'
  return (
    <>
      <p className="text-sm font-medium">{proofLooks[outcome].sentence}</p>
      <Facts
        facts={[
          ['Promised', promiseWords(promised)],
          ['Found', mode === 'none' ? 'Plaintext' : encryptionWords({ mode, key })],
          ['Read back', back],
          ['Removed', left ?? `Yes, all of it${swept ? `; and ${counted(swept, 'older probe object')}` : ''}`],
          [
            'Object',
            <span key="o" className="font-mono text-xs">
              {object}
            </span>,
          ],
          ['Written', exact(at)],
        ]}
      />
      {headers.length > 0 ? (
        <Headers headers={headers} />
      ) : (
        <p className="text-sm text-muted">MinIO answered without any encryption header.</p>
      )}
    </>
  )
}

const Headers = ({ headers }: Pick<BucketProbe, 'headers'>) => (
  <table className="w-full text-xs">
    <caption className="pb-1 text-left text-muted">The headers that decide, as MinIO answered them</caption>
    <tbody>
      {headers.map(({ name, value }) => (
        <tr key={name}>
          <th
            scope="row"
            className="border-t border-line py-1 pr-3 text-left align-top font-mono font-normal wrap-anywhere"
          >
            {name}
          </th>
          <td className="border-t border-line py-1 font-mono wrap-anywhere">{value}</td>
        </tr>
      ))}
    </tbody>
  </table>
)
