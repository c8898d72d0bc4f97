import { type Bucket, probeBucket } from '@strongroom/shared/buckets'
import { useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { Button } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { SidePanel } from '../../ui/SidePanel.tsx'
import { Facts, Lines, Time } from '../../ui/Text.tsx'
import { ClearDialog } from './ClearDialog.tsx'
import { EncryptDialog } from './EncryptDialog.tsx'
import { ProbeResult } from './ProbeResult.tsx'
import { keyOf, lookOf, reasonOf } from './seal-of-bucket.ts'

type Props = { name: string; bucket: Bucket | undefined; defaultKey: string | null; onClose: () => void }

export function BucketPanel({ name, bucket, defaultKey, onClose }: Props) {
  const [act, setAct] = useUrlParam('act')
  const leave = () => setAct(null)
  return (
    <SidePanel title={name} onClose={onClose}>
      {bucket ? (
        <>
          <Details bucket={bucket} defaultKey={defaultKey} />
          <div className="flex flex-wrap gap-2">
            <Button look="primary" onClick={() => setAct('encrypt')}>
              Encrypt
            </Button>
            <Button look="danger" why={whyNotClear(bucket)} onClick={() => setAct('clear')}>
              Clear encryption
            </Button>
          </div>
          {bucket.trouble && (
            <p className="text-sm text-muted">
              MinIO decides when you press: this account could not read the configuration.
            </p>
          )}
          <Probe bucket={name} />
          {act === 'encrypt' && <EncryptDialog bucket={bucket} defaultKey={defaultKey} onClose={leave} />}
          {act === 'clear' && <ClearDialog bucket={bucket} onClose={leave} />}
        </>
      ) : (
        <Note tone="warning" title="MinIO has no such bucket">
          It was deleted, or your account may not see it. Nothing was changed from here.
        </Note>
      )}
    </SidePanel>
  )
}

function whyNotClear({ encryption }: Bucket) {
  if (encryption === null) return 'What is configured could not be read.'
  return encryption.mode === 'none' ? 'There is no default encryption to clear.' : null
}

function Details({ bucket, defaultKey }: { bucket: Bucket; defaultKey: string | null }) {
  const { encryption, effective, trouble, createdAt } = bucket
  return (
    <>
      {trouble && (
        <Note tone="warning" title="Its configuration could not be read">
          {trouble}
        </Note>
      )}
      <Facts
        facts={[
          [
            'Configured',
            encryption?.mode === 'none' ? 'Nothing' : <SealBadge key="c" {...lookOf(encryption, defaultKey)} />,
          ],
          ['New objects', <SealBadge key="e" {...lookOf(effective, defaultKey)} />],
          [
            'Key',
            <span key="k" className={effective?.key ? 'font-mono text-xs' : ''}>
              {keyOf(bucket, defaultKey)}
            </span>,
          ],
          ['Why', trouble ? 'not known' : reasonOf(bucket)],
          ['Made', createdAt ? <Time key="t" at={createdAt} /> : 'not known'],
        ]}
      />
      <Lines label="The same from a terminal" lines={[`mc encrypt info ALIAS/${bucket.name}`]} />
    </>
  )
}

function Probe({ bucket }: { bucket: string }) {
  const probe = useCall(probeBucket)
  return (
    <section aria-label="Write-probe" className="space-y-3 border-t border-line pt-4">
      <p className="text-sm text-muted">
        A probe writes a small object without any header, reads it back, looks at what sealed it, and removes it.
      </p>
      <Button busy={probe.isPending} onClick={() => probe.mutate({ bucket })}>
        Write a probe
      </Button>
      <FailureNote failure={probe.error} />
      {probe.data && <ProbeResult probe={probe.data} />}
      <Lines
        label="The same from a terminal"
        lines={[
          `mc cp ./PROBE.txt ALIAS/${bucket}/PROBE.txt`,
          `mc stat ALIAS/${bucket}/PROBE.txt`,
          `mc rm ALIAS/${bucket}/PROBE.txt`,
        ]}
      />
    </section>
  )
}
