import { type IamAudit, startMigration } from '@strongroom/shared/iam'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef } from 'react'
import { useLocation } from 'wouter'
import { call } from '../../api/call.ts'
import { useDenied } from '../../api/capabilities.ts'
import { jobChanged, keepJob } from '../../api/job-stream.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Choice, Field } from '../../ui/Field.tsx'

/** The secret is read from the input when it is sent: it is never React state, nor a mutation variable in the cache. */
export function MigrateDialog({ audit: { toMove, defaultKey }, onClose }: { audit: IamAudit; onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null)
  const [, navigate] = useLocation()
  const denied = useDenied('migrateIam')
  const start = useMutation({
    mutationFn: () => call(startMigration, inputOf(form.current!)),
    gcTime: 0,
    onSuccess: (job) => {
      keepJob(job)
      void jobChanged()
      navigate(paths.iamJob(job.id), { replace: true })
    },
    onError: () => form.current?.reset(),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!start.isPending) start.mutate()
  }
  return (
    <Dialog title="Migrate IAM data" onClose={onClose}>
      <p>
        {counted(toMove, 'item')} will be written anew through MinIO, so that the key{' '}
        <span className="font-mono text-xs">{defaultKey}</span> seals them. Each one is read back from the drives and
        its meaning compared; the first difference stops the job.
      </p>
      <p className="text-muted">
        Nobody loses access: users, rights and keys stay the same. It can be stopped and started again at any moment.
      </p>
      <form ref={form} onSubmit={submit} noValidate className="space-y-4">
        <Choice type="checkbox" name="dryRun" label="Dry run" hint="Only say what would be done." />
        <Choice type="checkbox" name="pilot" label="Pilot" hint="Stop after one item of each kind." />
        <Field
          label="Your secret key (optional)"
          name="secretKey"
          type="password"
          autoComplete="off"
          error={start.error?.fields.get('/secretKey')}
          hint="With it the job gets temporary credentials of its own. Without it, it runs on this session’s and pauses when they end."
        />
        <FailureNote failure={start.error} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={start.isPending} why={denied}>
            Start migration
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}

function inputOf(form: HTMLFormElement) {
  const data = new FormData(form)
  const secretKey = String(data.get('secretKey') ?? '')
  return { dryRun: data.has('dryRun'), pilot: data.has('pilot'), ...(secretKey && { secretKey }) }
}
