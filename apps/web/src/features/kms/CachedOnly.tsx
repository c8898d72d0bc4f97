import type { Kms } from '@strongroom/shared/kms'
import { zonedClock } from '../../lib/format.ts'
import { Note } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'

/** The hour in which a restart of anything turns a fault into an outage. */
export function CachedOnly({ cachedOnly: { since, until, detail } }: { cachedOnly: NonNullable<Kms['cachedOnly']> }) {
  return (
    <Note tone="critical" title="KES can’t reach its keystore. Do not restart MinIO or KES now.">
      <p>
        {until && <>What KES holds in memory works until about {zonedClock(Date.parse(until))}. </>}
        What it does not hold in memory fails already. It has been so since {zonedClock(Date.parse(since))} (
        <Time at={since} />
        ).
      </p>
      <p>{detail}</p>
    </Note>
  )
}
