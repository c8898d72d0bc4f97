import type { Job } from '@strongroom/shared/jobs'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { jobChanged, keepJob } from '../api/job-stream.ts'
import { lacksSecret, wipeSecret } from './run-as.ts'

/**
 * A form around `RunAs` that starts a job, or lets one go on. The secret is read from its input when it is sent: it is
 * never React state, nor a mutation variable in the cache, and is wiped when the answer comes.
 *
 * @param begin makes the call from what the form says
 */
export function useRunAs(begin: (form: HTMLFormElement) => Promise<Job>, onBegun: (job: Job) => void) {
  const form = useRef<HTMLFormElement>(null)
  const [missing, setMissing] = useState(false)
  const start = useMutation({
    mutationFn: () => begin(form.current!),
    gcTime: 0,
    onSettled: () => wipeSecret(form.current),
    onSuccess: (job) => {
      keepJob(job)
      void jobChanged()
      onBegun(job)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const lacks = lacksSecret(form.current!)
    setMissing(lacks)
    if (!lacks && !start.isPending) start.mutate()
  }
  /** What is wrong at the secret key; it is said there, and nowhere else. */
  const atSecret = missing
    ? 'Type your secret key, or choose the credentials of this session.'
    : start.error?.fields.get('/secretKey')
  return {
    form,
    submit,
    busy: start.isPending,
    atSecret,
    failure: atSecret ? null : start.error,
    fields: start.error?.fields,
    onChoice: () => setMissing(false),
  }
}
