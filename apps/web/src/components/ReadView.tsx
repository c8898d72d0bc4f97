import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { ApiFailure } from '../api/failure.ts'
import { zonedClock } from '../lib/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { FailureNote } from './FailureNote.tsx'

type Read<Data> = Pick<UseQueryResult<Data, ApiFailure>, 'data' | 'error' | 'dataUpdatedAt' | 'refetch'>

/** What was read, or why it could not be, or its place while it is read. What is old stays, with its age. */
export function ReadView<Data>({
  read,
  children,
  height = 'h-64',
}: {
  read: Read<Data>
  children: (data: Data) => ReactNode
  height?: string
}) {
  if (read.data === undefined) {
    if (read.error) return <FailureNote failure={read.error} onRetry={() => void read.refetch()} />
    return (
      <div role="status" className={`${height} rounded-md border border-line bg-surface`}>
        <span className="sr-only">Reading …</span>
      </div>
    )
  }
  return (
    <>
      <StaleLine read={read} />
      <div className={read.error ? 'stale space-y-5' : 'space-y-5'}>{children(read.data)}</div>
    </>
  )
}

/** The age of what is shown, when it could not be read again. */
export function StaleLine<Data>({ read: { data, error, dataUpdatedAt } }: { read: Omit<Read<Data>, 'refetch'> }) {
  if (data === undefined || !error) return null
  return (
    <p
      role="status"
      className="flex flex-wrap items-center gap-2 rounded-md border border-warning/40 bg-warning-soft px-3 py-2 text-sm"
    >
      <Icon name="waiting" className="text-warning" />
      <span>
        As of {zonedClock(dataUpdatedAt)}: it could not be read again since. {error.message}
      </span>
    </p>
  )
}
