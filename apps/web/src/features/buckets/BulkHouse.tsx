import type { Bucket } from '@strongroom/shared/buckets'
import { useMemo, useState } from 'react'
import { Link } from 'wouter'
import { counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { BulkFrame } from './BulkFrame.tsx'
import { encryptLines } from './bulk-lines.ts'
import { bulkPlan, confirmWord, keysMade, losing, tried } from './bulk-plan.ts'
import { ConfirmField } from './ConfirmField.tsx'
import { MakeKey } from './KeyField.tsx'
import { useBucketRun, whyNotStart } from './use-bucket-run.ts'
import { useKnown } from './use-known.ts'

/** Brings buckets back to what the rules of the house say. */
export function BulkHouse({ buckets, onClose }: { buckets: readonly Bucket[]; onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const [createKeys, setCreateKeys] = useState(false)
  const known = useKnown()
  const start = useBucketRun()
  const act = useMemo(() => ({ kind: 'house' as const, createKeys }), [createKeys])
  const steps = useMemo(() => bulkPlan(act, buckets, known), [act, buckets, known])
  const makeable = useMemo(
    () => keysMade(bulkPlan({ ...act, createKeys: true }, buckets, known)),
    [act, buckets, known],
  )
  const lost = losing(steps)
  const trying = tried(steps)
  const confirmed = lost.length === 0 || typed.trim() === confirmWord(lost)
  return (
    <BulkFrame
      title={`Bring ${counted(buckets.length, 'bucket')} back to the house rule`}
      lead={<Lead lost={lost.length} />}
      kind="house"
      steps={steps}
      lines={encryptLines(steps)}
      danger={lost.length > 0}
      word={`Bring back ${counted(trying.length, 'bucket')}`}
      why={whyNotStart(steps) ?? (confirmed ? null : 'Type it first.')}
      busy={start.isPending}
      failure={start.error}
      onStart={() => start.mutate({ buckets: steps.map(({ bucket }) => bucket), act })}
      onClose={onClose}
    >
      {makeable.length > 0 && (
        <MakeKey
          label={`Make keys that are not there: ${counted(makeable.length, 'key')}`}
          keys={makeable.length}
          checked={createKeys}
          onChange={setCreateKeys}
        />
      )}
      {lost.length > 0 && (
        <ConfirmField word={confirmWord(lost)} one={lost.length === 1} value={typed} onChange={setTyped} />
      )}
    </BulkFrame>
  )
}

const Lead = ({ lost }: { lost: number }) => (
  <>
    {lost > 0 && (
      <p className="font-medium">
        {counted(lost, 'bucket')} {lost === 1 ? 'loses its' : 'lose their'} default encryption, because the rule that
        fits wants none: new objects will lie in plaintext there, unless MinIO encrypts everything by itself.
      </p>
    )}
    <p className={lost > 0 ? 'mt-2 text-muted' : ''}>
      {lost === 0 && 'Nothing is lost. '}Each bucket gets the encryption that the first fitting{' '}
      <Link href={paths.house} className="text-accent hover:underline">
        rule of the house
      </Link>{' '}
      wants for new objects. Existing objects stay as they are.
    </p>
  </>
)
