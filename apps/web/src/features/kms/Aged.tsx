import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ApiFailure } from '../../api/failure.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { zonedClock } from '../../lib/format.ts'

type Props<Data> = {
  read: Pick<UseQueryResult<Data, ApiFailure>, 'data' | 'error' | 'dataUpdatedAt' | 'refetch'>
  /** Of its place while it is read for the first time. */
  height: string
  children: (data: Data) => ReactNode
}

/** A part of the page with its age when it could not be read again; why is said once, at the top of the page. */
export function Aged<Data>({ read: { data, error, dataUpdatedAt, refetch }, height, children }: Props<Data>) {
  if (data === undefined) {
    if (error) return <FailureNote failure={error} onRetry={() => void refetch()} />
    return <div aria-hidden="true" className={`${height} rounded-md border border-line bg-surface`} />
  }
  return (
    <>
      {error && <p className="text-sm text-muted">As of {zonedClock(dataUpdatedAt)}; not read again since.</p>}
      <div className={error ? 'stale space-y-3' : 'space-y-3'}>{children(data)}</div>
    </>
  )
}
