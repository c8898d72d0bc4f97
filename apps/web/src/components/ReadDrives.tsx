import { type AuditDepth, startAudit } from '@strongroom/shared/iam'
import { useLocation } from 'wouter'
import { useDenied } from '../api/capabilities.ts'
import { jobChanged, keepJob } from '../api/job-stream.ts'
import { useCall } from '../api/query.ts'
import { paths } from '../lib/paths.ts'
import { Button, type ButtonLook } from '../ui/Button.tsx'
import { FailureNote } from './FailureNote.tsx'

type Props = {
  look?: ButtonLook
  depth?: AuditDepth
  /** They are being read already. */
  busy?: boolean
  /** Why they can't be read now. */
  why?: string | null
}

/** Starts an audit, and goes where it can be watched. */
export function ReadDrives({ look = 'plain', depth = 'names', busy = false, why = null }: Props) {
  const [, navigate] = useLocation()
  const denied = useDenied('readDrives')
  const start = useCall(startAudit, (job) => {
    keepJob(job)
    void jobChanged()
    navigate(paths.iamJob(job.id))
  })
  return (
    <>
      <Button look={look} busy={busy || start.isPending} why={denied ?? why} onClick={() => start.mutate({ depth })}>
        Read the drives
      </Button>
      {start.error && (
        <div className="basis-full">
          <FailureNote failure={start.error} />
        </div>
      )}
    </>
  )
}
