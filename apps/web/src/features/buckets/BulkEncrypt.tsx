import type { Bucket } from '@strongroom/shared/buckets'
import { useMemo, useState } from 'react'
import { counted } from '../../lib/format.ts'
import { BulkFrame } from './BulkFrame.tsx'
import { encryptLines } from './bulk-lines.ts'
import { bulkPlan, keysMade, tried } from './bulk-plan.ts'
import { KeyField, MakeKey } from './KeyField.tsx'
import { ModeFields, type SealingMode } from './ModeFields.tsx'
import { useBucketRun, whyNotStart } from './use-bucket-run.ts'
import { useKnown } from './use-known.ts'

type Props = { buckets: readonly Bucket[]; defaultKey: string | null; onClose: () => void }

/** Sets the default encryption of many buckets, each with a key of its own where the name says so. */
export function BulkEncrypt({ buckets, defaultKey, onClose }: Props) {
  const [mode, setMode] = useState<SealingMode>('sse-s3')
  const [key, setKey] = useState('')
  const [createKeys, setCreateKeys] = useState(false)
  const known = useKnown()
  const start = useBucketRun()
  const template = mode === 'sse-kms' ? key.trim() : undefined
  const act = useMemo(
    () => ({
      kind: 'set' as const,
      mode,
      ...(template && { key: template }),
      createKeys: createKeys && Boolean(template),
    }),
    [mode, template, createKeys],
  )
  const steps = useMemo(() => bulkPlan(act, buckets, known), [act, buckets, known])
  const trying = tried(steps).length
  const makeable = useMemo(
    () => (template ? keysMade(bulkPlan({ ...act, createKeys: true }, buckets, known)) : []),
    [template, act, buckets, known],
  )
  const why = template === '' ? 'Name a key first.' : whyNotStart(steps)
  return (
    <BulkFrame
      title={`Encrypt ${counted(buckets.length, 'bucket')}`}
      lead={
        <p>
          Nothing is lost: this sets what seals objects that are written from now on. Existing objects stay as they are,
          and so do uploads that ask for another encryption themselves.
        </p>
      }
      kind="set"
      steps={steps}
      lines={template === '' ? [] : encryptLines(steps, template)}
      word={`Encrypt ${counted(trying, 'bucket')}`}
      why={why}
      busy={start.isPending}
      failure={start.error}
      onStart={() => start.mutate({ buckets: steps.map(({ bucket }) => bucket), act })}
      onClose={onClose}
    >
      <ModeFields mode={mode} onChange={setMode} defaultKey={defaultKey} legend="What seals new objects" />
      {mode === 'sse-kms' && (
        <KeyField template focus value={key} onChange={setKey} error={start.error?.fields.get('/act/key')} />
      )}
      {(makeable.length > 0 || (known.keys === null && template)) && (
        <MakeKey
          label={
            makeable.length > 0
              ? `Make keys that are not there: ${counted(makeable.length, 'key')}`
              : 'Make keys that are not there'
          }
          keys={makeable.length}
          checked={createKeys}
          onChange={setCreateKeys}
        />
      )}
    </BulkFrame>
  )
}
