import { readCoverage, startCoverage } from '@strongroom/shared/coverage'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/call.ts'
import { query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { RunAs } from '../../components/RunAs.tsx'
import { runAsOf } from '../../components/run-as.ts'
import { useRunAs } from '../../components/use-run-as.ts'
import { counted } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Choice, Field } from '../../ui/Field.tsx'
import { Lines } from '../../ui/Text.tsx'
import { countLines } from './object-lines.ts'

type Props = { bucket: string; onClose: () => void }

/** How the objects of a bucket are counted by what seals them. */
export function CountDialog({ bucket, onClose }: Props) {
  const unfinished = useQuery(query(readCoverage, { bucket })).data?.unfinished ?? null
  // Until something is typed: as the counting that was cut off.
  const [typed, setPrefix] = useState<string | null>(null)
  const prefix = typed ?? unfinished?.prefix ?? ''
  const goesOn = unfinished !== null && prefix === unfinished.prefix
  const { form, submit, busy, atSecret, failure, fields, onChoice } = useRunAs((sent) => {
    const data = new FormData(sent)
    const rate = String(data.get('pagesPerSecond')).trim()
    return call(startCoverage, {
      buckets: [bucket],
      prefix,
      fresh: data.get('fresh') !== null,
      ...(rate !== '' && { pagesPerSecond: Number(rate) }),
      ...runAsOf(sent),
    })
  }, onClose)
  return (
    <Dialog wide title={`Count the objects of ${bucket}`} onClose={onClose}>
      <p tabIndex={-1} data-focus="" className="outline-none">
        Nothing is changed: every version of every object is listed with its metadata, and counted by what seals it. The
        bucket stays usable; it can be stopped, and goes on where it was.
      </p>
      <form ref={form} onSubmit={submit} noValidate className="space-y-5">
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Field
            label="Only below this prefix"
            name="prefix"
            mono
            autoComplete="off"
            value={prefix}
            onChange={(event) => setPrefix(event.target.value)}
            error={fields?.get('/prefix')}
            hint="Empty: the whole bucket."
          />
          <Field
            label="Listing calls per second, at most"
            name="pagesPerSecond"
            type="number"
            min={0.1}
            max={100}
            step="any"
            error={fields?.get('/pagesPerSecond')}
            hint="Each lists 1,000 versions. Empty: as fast as MinIO answers, one at a time."
          />
        </div>
        {goesOn && (
          <Choice
            type="checkbox"
            name="fresh"
            label="Begin anew"
            hint={`Else it goes on after the ${counted(unfinished.total, 'version')} that were counted before.`}
          />
        )}
        <RunAs job="a counting" error={atSecret} first={false} onChange={onChoice} />
        <Lines label="The same from a terminal, object by object" lines={countLines(bucket, prefix)} />
        <FailureNote failure={failure} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            Count
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
