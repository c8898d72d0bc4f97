import type { Waiting } from '@strongroom/shared/jobs'
import { Note } from '../ui/Note.tsx'
import { useSecond } from '../ui/use-now.ts'

const away: Record<Exclude<Waiting['on'], 'sign-in'>, string> = {
  kes: 'KES can’t be reached.',
  minio: 'MinIO can’t be reached.',
}

type Props = { waiting: Waiting; message: string; safe: string }

/** Why a job stands, what it means for the data, and when it goes on. */
export const JobPause = ({ waiting: { on, until }, message, safe }: Props) =>
  on === 'sign-in' ? (
    <Note tone="warning" title="It needs a sign-in to go on">
      The credentials it ran on have ended. It goes on where it stands. {safe}
    </Note>
  ) : (
    <Note tone="warning" title={away[on]}>
      <Retry until={until} /> {safe}
      <details>
        <summary className="text-muted hover:text-ink">What was answered</summary>
        {message}
      </details>
    </Note>
  )

function Retry({ until }: { until: string | null }) {
  const now = useSecond()
  if (until === null) return 'It does not try again by itself.'
  const seconds = Math.ceil((Date.parse(until) - now) / 1000)
  return seconds > 0 ? `Tries again in ${seconds} s.` : 'Tries again now.'
}
