import type { Bucket } from '@strongroom/shared/buckets'
import { Link } from 'wouter'
import { bytes, counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { Facts, Lines, Moment, Time } from '../../ui/Text.tsx'
import { coverageLook, houseLook, proofLooks } from './bucket-words.ts'
import { encryptionWords, keyOf, lookOf, reasonOf } from './seal-of-bucket.ts'

type Props = { bucket: Bucket; defaultKey: string | null; onAct: (act: string) => void }

/** What seals new objects and why, what the bucket is like, and whether it is as the house wants it. */
export function BucketSummary({ bucket, defaultKey, onAct }: Props) {
  return (
    <>
      {bucket.trouble && (
        <Note tone="warning" title="Its configuration could not be read">
          {bucket.trouble}
        </Note>
      )}
      <House bucket={bucket} onAct={onAct} />
      <Sealing bucket={bucket} defaultKey={defaultKey} />
      <div className="flex flex-wrap gap-2">
        <Button look="primary" onClick={() => onAct('encrypt')}>
          Encrypt
        </Button>
        <Button look="danger" why={whyNotClear(bucket)} onClick={() => onAct('clear')}>
          Clear encryption
        </Button>
      </div>
      {bucket.trouble && (
        <p className="text-sm text-muted">
          MinIO decides when you press: this account could not read the configuration.
        </p>
      )}
      <Nature bucket={bucket} />
      <Lines
        label="The same from a terminal"
        lines={[`mc encrypt info ALIAS/${bucket.name}`, `mc stat ALIAS/${bucket.name}`]}
      />
    </>
  )
}

function whyNotClear({ encryption }: Bucket) {
  if (encryption === null) return 'What is configured could not be read.'
  return encryption.mode === 'none' ? 'There is no default encryption to clear.' : null
}

function Sealing({ bucket, defaultKey }: { bucket: Bucket; defaultKey: string | null }) {
  const { encryption, effective, trouble, proof, coverage } = bucket
  return (
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
        [
          'Last proof',
          proof === null ? (
            <Elsewhere key="p" name={bucket.name} tab="proof" word="No probe was written yet" />
          ) : (
            <Dated key="p" at={proof.at}>
              <StateMark look={proofLooks[proof.outcome]} />
            </Dated>
          ),
        ],
        [
          'Objects sealed',
          coverage === null ? (
            <Elsewhere key="o" name={bucket.name} tab="objects" word="Not counted yet" />
          ) : (
            <Dated key="o" at={coverage.takenAt}>
              <SealBadge {...coverageLook(coverage)} label={coverageLook(coverage).sentence} />
            </Dated>
          ),
        ],
      ]}
    />
  )
}

const Elsewhere = ({ name, tab, word }: { name: string; tab: 'proof' | 'objects'; word: string }) => (
  <Link href={paths.bucketTab(name, tab)} className="text-accent hover:underline">
    {word}
  </Link>
)

const Dated = ({ at, children }: { at: string | null; children: React.ReactNode }) => (
  <span className="inline-flex max-w-full flex-wrap items-center gap-x-2">
    {children}
    {at && (
      <span className="text-muted">
        <Time at={at} />
      </span>
    )}
  </span>
)

const versioningWords = {
  off: 'Off',
  on: 'On: each write adds a version',
  suspended: 'Suspended: versions from before are kept',
}
const UNTOLD = 'MinIO did not tell'

function Nature({ bucket: { versioning, locking, replication, usage, createdAt } }: { bucket: Bucket }) {
  return (
    <Facts
      facts={[
        ['Versioning', versioning === null ? UNTOLD : versioningWords[versioning]],
        ['Object lock', locking === null ? UNTOLD : locking ? 'On' : 'Off'],
        ['Replication', replication === null ? UNTOLD : replication ? 'On' : 'Off'],
        ['Usage', usage === null ? UNTOLD : <Usage key="u" {...usage} />],
        ['Made', createdAt ? <Moment key="t" at={createdAt} /> : 'not known'],
      ]}
    />
  )
}

const Usage = ({ objects, bytes: size }: NonNullable<Bucket['usage']>) => (
  <>
    {counted(objects, 'object')}, {bytes(size)}{' '}
    <span className="text-muted">as MinIO’s scanner counted them last; it goes round in its own time</span>
  </>
)

/** Only where a rule fits; what differs comes before everything else. */
function House({ bucket: { house, encryption }, onAct }: { bucket: Bucket; onAct: (act: string) => void }) {
  if (house === null) return null
  const wants = (
    <>
      The rule{' '}
      <Link href={paths.house} className="font-mono text-xs text-accent hover:underline">
        {house.pattern}
      </Link>{' '}
      wants: {encryptionWords(house)}.
    </>
  )
  if (house.drifted)
    return (
      <Note
        tone="warning"
        title="It is not as the house wants it"
        action={<Button onClick={() => onAct('house')}>Bring back</Button>}
      >
        {wants} Configured is: {encryptionWords(encryption)}.
      </Note>
    )
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-sm">
      <StateMark look={houseLook(house)} />
      <span className="text-muted">{wants}</span>
    </p>
  )
}
