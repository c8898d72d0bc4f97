import type { Bucket } from '@strongroom/shared/buckets'
import { useSearch } from 'wouter'
import { useUrlParam } from '../../components/use-url-param.ts'
import { paths } from '../../lib/paths.ts'
import { Note } from '../../ui/Note.tsx'
import { SidePanel } from '../../ui/SidePanel.tsx'
import { TabBar } from '../../ui/TabBar.tsx'
import { BatchDialog } from './BatchDialog.tsx'
import { BucketObjects } from './BucketObjects.tsx'
import { BucketProof } from './BucketProof.tsx'
import { BucketSummary } from './BucketSummary.tsx'
import { BulkHouse } from './BulkHouse.tsx'
import { ClearDialog } from './ClearDialog.tsx'
import { CountDialog } from './CountDialog.tsx'
import { EncryptDialog } from './EncryptDialog.tsx'
import { EncryptObjectsDialog } from './EncryptObjectsDialog.tsx'
import { RemovePlainDialog } from './RemovePlainDialog.tsx'

type Props = { name: string; bucket: Bucket | undefined; defaultKey: string | null; onClose: () => void }

export function BucketPanel({ name, bucket, defaultKey, onClose }: Props) {
  const [tab] = useUrlParam('tab')
  const [act, setAct] = useUrlParam('act')
  return (
    <SidePanel wide title={name} onClose={onClose}>
      {bucket ? (
        <>
          <Tabs name={name} tab={tab} />
          {tab === 'proof' ? (
            <BucketProof bucket={bucket} />
          ) : tab === 'objects' ? (
            <BucketObjects bucket={bucket} defaultKey={defaultKey} onAct={setAct} />
          ) : (
            <BucketSummary bucket={bucket} defaultKey={defaultKey} onAct={setAct} />
          )}
          <Act act={act} bucket={bucket} defaultKey={defaultKey} onClose={() => setAct(null)} />
        </>
      ) : (
        <Note tone="warning" title="MinIO has no such bucket">
          It was deleted, or your account may not see it. Nothing was changed from here.
        </Note>
      )}
    </SidePanel>
  )
}

/** Each has an address; the filters of the list behind stay in it. */
function Tabs({ name, tab }: { name: string; tab: string }) {
  const search = useSearch()
  const tabs = [
    ['', 'Summary'],
    ['proof', 'Proof'],
    ['objects', 'Objects'],
  ] as const
  const href = (id: string) => {
    const params = new URLSearchParams(search)
    params.delete('act')
    params.delete('tab')
    if (id) params.set('tab', id)
    return params.size === 0 ? paths.bucket(name) : `${paths.bucket(name)}?${params}`
  }
  return (
    <TabBar
      label="Parts of this bucket"
      tabs={tabs.map(([id, word]) => ({
        href: href(id),
        word,
        here: id === (tab === 'proof' || tab === 'objects' ? tab : ''),
      }))}
    />
  )
}

type ActProps = { act: string; bucket: Bucket; defaultKey: string | null; onClose: () => void }

function Act({ act, bucket, defaultKey, onClose }: ActProps) {
  switch (act) {
    case 'encrypt':
      return <EncryptDialog bucket={bucket} defaultKey={defaultKey} onClose={onClose} />
    case 'clear':
      return <ClearDialog bucket={bucket} onClose={onClose} />
    case 'house':
      return <BulkHouse buckets={[bucket]} onClose={onClose} />
    case 'count':
      return <CountDialog bucket={bucket.name} onClose={onClose} />
    case 'encrypt-objects':
      return <EncryptObjectsDialog bucket={bucket.name} defaultKey={defaultKey} onClose={onClose} />
    case 'remove-plain':
      return <RemovePlainDialog bucket={bucket.name} onClose={onClose} />
    case 'replicate':
    case 'keyrotate':
      return <BatchDialog kind={act} bucket={bucket.name} defaultKey={defaultKey} onClose={onClose} />
    default:
      return null
  }
}
