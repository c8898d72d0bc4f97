import type { Kms } from '@strongroom/shared/kms'
import { clock } from '../../lib/format.ts'
import { Note } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'

/** The hour in which a restart of anything turns a fault into an outage. */
export function CachedOnly({ cachedOnly: { since, until, detail } }: { cachedOnly: NonNullable<Kms['cachedOnly']> }) {
  return (
    <Note tone="critical" title="KES can’t reach its keystore. Do not restart MinIO or KES now.">
      <p>
        What KES holds in memory works{' '}
        {until ? <>until about {clock(Date.parse(until))}</> : 'for a while, how long can’t be told'}; what it does not
        hold fails already. It has been so since {clock(Date.parse(since))} (<Time at={since} />
        ).
      </p>
      <p>{detail}</p>
    </Note>
  )
}
