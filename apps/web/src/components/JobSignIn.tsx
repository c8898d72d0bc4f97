import { type Job, resumeJob } from '@strongroom/shared/jobs'
import { useState } from 'react'
import { Link } from 'wouter'
import { call } from '../api/call.ts'
import { paths } from '../lib/paths.ts'
import { Button, buttonClass } from '../ui/Button.tsx'
import { Dialog, DialogButtons } from '../ui/Dialog.tsx'
import { FailureNote } from './FailureNote.tsx'
import { isOnBuckets, jobAdvice, jobWords } from './job-words.ts'
import { RunAs } from './RunAs.tsx'
import { runAsOf } from './run-as.ts'
import { useRunAs } from './use-run-as.ts'

/** What a job that waits for a sign-in wants from somebody with the same rights. */
export function JobSignIn({ job: { id, kind, waiting } }: { job: Job }) {
  const [asking, setAsking] = useState(false)
  if (waiting?.on !== 'sign-in') return null
  if (kind === 'iam-migration')
    return (
      <Link href={`${paths.iamMigrate}&job=${encodeURIComponent(id)}`} className={buttonClass()}>
        Give it credentials
      </Link>
    )
  if (!isOnBuckets(kind)) return null
  return (
    <>
      <Button look="primary" onClick={() => setAsking(true)}>
        Give it credentials
      </Button>
      {asking && <ResumeDialog id={id} kind={kind} onClose={() => setAsking(false)} />}
    </>
  )
}

type Props = { id: string; kind: Job['kind']; onClose: () => void }

function ResumeDialog({ id, kind, onClose }: Props) {
  const { form, submit, busy, atSecret, failure, onChoice } = useRunAs(
    (sent) => call(resumeJob, { id, ...runAsOf(sent) }),
    onClose,
  )
  return (
    <Dialog wide title={`Go on: ${jobWords[kind].toLowerCase()}`} onClose={onClose}>
      <p>It goes on where it stands, under the credentials that you give it. {jobAdvice[kind].safe}</p>
      <form ref={form} onSubmit={submit} noValidate className="space-y-5">
        <RunAs job="this job" error={atSecret} first onChange={onChoice} />
        <FailureNote failure={failure} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={busy}>
            Go on
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
