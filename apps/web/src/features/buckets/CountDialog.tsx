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
import { Choice } from '../../ui/Field.tsx'
import { Lines } from '../../ui/Text.tsx'
import { countLines } from './object-lines.ts'
import { PrefixField } from './PrefixField.tsx'
import { RateField, rateOf } from './RateField.tsx'

type Props = { bucket: string; onClose: () => void }

/** How the objects of a bucket are counted by what seals them. */
export function CountDialog({ bucket, onClose }: Props) {
  const unfinished = useQuery(query(readCoverage, { bucket })).data?.unfinished ?? null
  // Until something is typed: as the counting that was cut off.
  const [typed, setPrefix] = useState<string | null>(null)
  const prefix = typed ?? unfinished?.prefix ?? ''
  const goesOn = unfinished !== null && prefix === unfinished.prefix
  const { form, submit, busy, atSecret, failure, fields, onChoice } = useRunAs((sent) => {
    return call(startCoverage, {
      buckets: [bucket],
      prefix,
      fresh: new FormData(sent).get('fresh') !== null,
      ...rateOf(sent),
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
          <PrefixField value={prefix} onChange={setPrefix} error={fields?.get('/prefix')} />
          <RateField error={fields?.get('/pagesPerSecond')} />
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
