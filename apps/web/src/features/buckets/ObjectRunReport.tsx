import type { ObjectRun } from '@strongroom/shared/object-encryption'
import { Link } from 'wouter'
import { bytes, count, counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { cell, head, topCell } from '../../ui/plain-table.ts'
import { Facts, ScrollBox, Time } from '../../ui/Text.tsx'
import { orderFacts, runSentence } from './object-run-words.ts'

type Props = { run: ObjectRun; running: boolean }

export function ObjectRunReport({ run, running }: Props) {
  const { act, by, startedAt, endedAt, done, retried, order } = run
  const cut = endedAt === null && !running
  return (
    <section aria-label="Report" className="space-y-5">
      {cut && (
        <Note tone="warning" title="It did not come to its end">
          What is done stays done. Started again
          {act === 'encrypt'
            ? ' with the same choices, it goes on where it stopped'
            : ', it looks at all versions anew'}
          .
        </Note>
      )}
      <p className="text-lg font-semibold">{runSentence(run)}</p>
      {order.dryRun && <p className="text-muted">Nothing was removed: this was a dry run.</p>}
      <Facts
        facts={[
          ...orderFacts(order),
          ['Bytes', bytes(done.bytes)],
          ...(retried > 0
            ? [['Tried again', `${counted(retried, 'object')} changed under the copy, and were done later`] as const]
            : []),
          ['By', by.join(', ')],
          ['Started', <Time key="s" at={startedAt} />],
          ['Ended', endedAt ? <Time key="e" at={endedAt} /> : running ? 'it runs' : 'it was cut off'],
        ]}
      />
      <Failures run={run} />
      <Left run={run} />
      {!running && <Next run={run} />}
    </section>
  )
}

function Failures({ run: { failed, failures } }: { run: ObjectRun }) {
  if (failed === 0) return null
  return (
    <section aria-label="Failed" className="space-y-2">
      <h2 className="font-semibold">{count(failed)} failed</h2>
      <ScrollBox className="max-h-96 overflow-y-auto rounded-md border border-line bg-surface">
        <table className="w-full text-sm">
          <thead>
            <tr>
              <th scope="col" className={head}>
                Object
              </th>
              <th scope="col" className={head}>
                Reason
              </th>
            </tr>
          </thead>
          <tbody>
            {failures.map(({ object, reason }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows, and an object may be in it twice
              <tr key={index}>
                <th scope="row" className={`${topCell} font-mono text-xs wrap-anywhere`}>
                  {object}
                </th>
                <td className={`${cell} wrap-anywhere`}>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {failed > failures.length && <p className="text-sm text-muted">The first {count(failures.length)} are kept.</p>}
    </section>
  )
}

/** By reason, the commonest first. */
function Left({ run: { left } }: { run: ObjectRun }) {
  if (left.length === 0) return null
  return (
    <section aria-label="Left as they are" className="space-y-2">
      <h2 className="font-semibold">Left as they are</h2>
      <ul className="divide-y divide-line rounded-md border border-line bg-surface">
        {left
          .toSorted((a, b) => b.count - a.count)
          .map(({ reason, count: objects, examples }) => (
            <li key={reason} className="space-y-1 px-3 py-2 text-sm">
              <p>
                <span className="font-semibold">{count(objects)}</span>: {reason}
              </p>
              <ul className="font-mono text-xs text-muted">
                {examples.map((example) => (
                  <li key={example} className="truncate" title={example}>
                    {example}
                  </li>
                ))}
                {objects > examples.length && examples.length > 0 && <li>…</li>}
              </ul>
            </li>
          ))}
      </ul>
    </section>
  )
}

/** What is safe to do now. */
function Next({ run: { act, bucket, order, done } }: { run: ObjectRun }) {
  const objects = paths.bucketTab(bucket, 'objects')
  const removes = act === 'remove-plain' && order.dryRun === true && done.count > 0
  return (
    <div className="flex flex-wrap gap-2">
      {removes ? (
        <Link href={`${objects}&act=remove-plain`} className={buttonClass('danger')}>
          Go on to the removal
        </Link>
      ) : (
        <Link href={`${objects}&act=count`} className={buttonClass('primary')}>
          Count again
        </Link>
      )}
    </div>
  )
}
