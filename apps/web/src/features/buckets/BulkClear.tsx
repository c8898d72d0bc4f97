import type { Bucket } from '@strongroom/shared/buckets'
import { useMemo, useState } from 'react'
import { counted } from '../../lib/format.ts'
import { BulkFrame } from './BulkFrame.tsx'
import { encryptLines } from './bulk-lines.ts'
import { bulkPlan, confirmWord, losing } from './bulk-plan.ts'
import { losesWords } from './bulk-words.ts'
import { ConfirmField } from './ConfirmField.tsx'
import { useBucketRun, whyNotStart } from './use-bucket-run.ts'
import { useKnown } from './use-known.ts'

const act = { kind: 'clear' } as const

export function BulkClear({ buckets, onClose }: { buckets: readonly Bucket[]; onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const known = useKnown()
  const start = useBucketRun()
  const steps = useMemo(() => bulkPlan(act, buckets, known), [buckets, known])
  const lost = losing(steps)
  const word = confirmWord(lost)
  const what = counted(lost.length, 'bucket')
  return (
    <BulkFrame
      title={`Clear encryption of ${counted(buckets.length, 'bucket')}`}
      lead={
        <>
          <p className="font-medium">
            {what} {lost.length === 1 ? 'loses its' : 'lose their'} default encryption:{' '}
            {losesWords(known.autoEncryption)}
          </p>
          <p className="mt-2 text-muted">
            It can be set again; what is written in between stays as it was written. Objects that are sealed now stay
            sealed, and their keys are still needed.
          </p>
        </>
      }
      kind="clear"
      steps={steps}
      lines={encryptLines(steps)}
      danger
      word={`Clear encryption of ${what}`}
      why={whyNotStart(steps) ?? (typed.trim() === word ? null : 'Type it first.')}
      busy={start.isPending}
      failure={start.error}
      onStart={() => start.mutate({ buckets: lost.map(({ bucket }) => bucket), act })}
      onClose={onClose}
    >
      {lost.length > 0 && <ConfirmField word={word} one={lost.length === 1} value={typed} onChange={setTyped} />}
    </BulkFrame>
  )
}
