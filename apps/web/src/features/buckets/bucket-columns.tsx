import type { Bucket } from '@strongroom/shared/buckets'
import { RowLink } from '../../components/RowLink.tsx'
import { paths } from '../../lib/paths.ts'
import type { Column } from '../../ui/DataTable.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { Age, Time } from '../../ui/Text.tsx'
import {
  coverageLook,
  coverageRank,
  houseLook,
  houseSentence,
  proofLooks,
  shortReason,
  traitWords,
} from './bucket-words.ts'
import { encryptionWords, keyOf, lookOf, reasonOf } from './seal-of-bucket.ts'

const names = new Intl.Collator('en', { numeric: true })
const text = (of: (bucket: Bucket) => string) => (a: Bucket, b: Bucket) => names.compare(of(a), of(b))
/** ISO 8601 in UTC: code units are in the order of time. */
const time = (of: (bucket: Bucket) => string | null | undefined) => (a: Bucket, b: Bucket) => {
  const [before, after] = [of(a) ?? '', of(b) ?? '']
  return before < after ? -1 : Number(before > after)
}
const unread = { look: 'unseen', label: 'Not read' } as const
const standings = [true, null, false, undefined]

export const bucketColumns = (defaultKey: string | null): Column<Bucket>[] => [
  {
    id: 'name',
    head: 'Bucket',
    cell: ({ name }) => <RowLink href={paths.bucket(name)} name={name} />,
    compare: text(({ name }) => name),
    className: 'w-auto',
  },
  {
    id: 'configured',
    head: 'Configured',
    cell: ({ encryption, trouble }) =>
      encryption?.mode === 'none' ? (
        <span className="text-muted">Nothing</span>
      ) : (
        <SealBadge
          {...(encryption ? lookOf(encryption, defaultKey) : unread)}
          title={trouble ?? encryptionWords(encryption)}
        />
      ),
    compare: text(({ encryption }) => encryption?.mode ?? ''),
    className: 'w-24 max-xl:hidden',
  },
  {
    id: 'effective',
    head: 'New objects',
    cell: (bucket) => <Effective bucket={bucket} defaultKey={defaultKey} />,
    compare: text(({ effective }) => effective?.mode ?? ''),
    className: 'w-30 xl:w-42',
  },
  {
    id: 'key',
    head: 'Key',
    cell: (bucket) => (
      <span className={bucket.effective?.key ? 'font-mono text-xs' : 'text-muted'} title={keyOf(bucket, defaultKey)}>
        {keyOf(bucket, defaultKey)}
      </span>
    ),
    compare: text((bucket) => keyOf(bucket, defaultKey)),
    className: 'w-32 max-xl:hidden',
  },
  {
    id: 'traits',
    head: 'Traits',
    cell: (bucket) => <Traits bucket={bucket} />,
    compare: text((bucket) => traitWords(bucket).join(' ')),
    className: 'w-28 max-[1440px]:hidden',
  },
  {
    id: 'proof',
    head: 'Proof',
    cell: (bucket) => <Proof bucket={bucket} />,
    compare: time(({ proof }) => proof?.at),
    className: 'w-33 max-md:hidden',
  },
  {
    id: 'coverage',
    head: 'Coverage',
    cell: (bucket) => <Coverage bucket={bucket} />,
    compare: (a, b) => coverageRank(a) - coverageRank(b),
    className: 'w-31 max-md:hidden',
  },
  {
    id: 'house',
    head: 'House rule',
    cell: ({ house }) =>
      house === null ? (
        <span className="text-muted">None</span>
      ) : (
        <StateMark look={houseLook(house)} title={houseSentence(house)} />
      ),
    compare: (a, b) => standings.indexOf(a.house?.drifted) - standings.indexOf(b.house?.drifted),
    className: 'w-25 max-lg:hidden',
  },
  {
    id: 'created',
    head: 'Made',
    cell: ({ createdAt }) => (createdAt ? <Time at={createdAt} /> : '–'),
    compare: time(({ createdAt }) => createdAt),
    className: 'w-25 text-right max-[1440px]:hidden',
  },
]

/** Little is around the words: a table of thousands draws each of these again and again. */
const Effective = ({ bucket, defaultKey }: { bucket: Bucket; defaultKey: string | null }) => (
  <>
    <SealBadge {...lookOf(bucket.effective, defaultKey)} title={reasonOf(bucket)} />
    <span className="ml-1.5 align-middle text-xs text-muted max-xl:hidden" title={reasonOf(bucket)}>
      {shortReason(bucket)}
    </span>
  </>
)

function Traits({ bucket }: { bucket: Bucket }) {
  const words = traitWords(bucket).join(', ')
  return (
    <span className="text-xs text-muted" title={words}>
      {words || '–'}
    </span>
  )
}

function Proof({ bucket: { proof } }: { bucket: Bucket }) {
  if (proof === null) return <span className="text-muted">No probe</span>
  const look = proofLooks[proof.outcome]
  return (
    <>
      <StateMark look={look} title={look.sentence} />
      <Age at={proof.at} />
    </>
  )
}

function Coverage({ bucket: { coverage } }: { bucket: Bucket }) {
  if (coverage === null) return <span className="text-muted">Not counted</span>
  const { look, label, sentence } = coverageLook(coverage)
  return (
    <>
      <SealBadge look={look} label={label} title={sentence} />
      {coverage.takenAt && <Age at={coverage.takenAt} />}
    </>
  )
}
