import { cleanUpBatchJob, listBatchJobs } from '@strongroom/shared/batch-jobs'
import type * as z from 'zod/mini'
import { invalidate, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { counted } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'

type Leftovers = z.infer<typeof listBatchJobs.reply>['leftovers']

/** Access keys whose jobs are gone: each can still write until it ends or is removed. */
export function BatchLeftovers({ leftovers }: { leftovers: Leftovers }) {
  if (leftovers.length === 0) return null
  const one = leftovers.length === 1
  return (
    <Note
      tone="warning"
      title={`${counted(leftovers.length, 'access key')} of jobs that MinIO lists no more ${one ? 'is' : 'are'} still there`}
    >
      <p>
        Nothing needs {one ? 'it' : 'them'} any more. Remove {one ? 'it' : 'each'}.
      </p>
      <ul className="mt-2 space-y-2">
        {leftovers.map((leftover) => (
          <li key={leftover.accessKey}>
            <Leftover leftover={leftover} />
          </li>
        ))}
      </ul>
    </Note>
  )
}

function Leftover({ leftover: { accessKey, bucket, expiresAt } }: { leftover: Leftovers[number] }) {
  const remove = useCall(cleanUpBatchJob, () => {
    void invalidate(listBatchJobs)
    toast(`The access key ${accessKey} is removed.`)
  })
  return (
    <>
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button busy={remove.isPending} onClick={() => remove.mutate({ id: accessKey })}>
          Remove {accessKey}
        </Button>
        <span>
          made for copying {bucket}, ends <Time at={expiresAt} />
        </span>
      </span>
      <FailureNote failure={remove.error} />
    </>
  )
}
