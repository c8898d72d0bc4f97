import { readKms } from '@strongroom/shared/kms'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Link, useLocation, useParams, useSearch } from 'wouter'
import { type BucketList, bucketList } from '../../api/buckets.ts'
import { every, query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Page } from '../../components/Page.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { focusRow } from '../../components/RowLink.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { SealBar } from '../../ui/Seal.tsx'
import { BucketPanel } from './BucketPanel.tsx'
import { BucketTable } from './BucketTable.tsx'
import { CreateBucketDialog } from './CreateBucketDialog.tsx'
import { bucketSegments } from './seal-of-bucket.ts'

const READ_MS = 30_000
/** MinIO is asked about each bucket. */
const READ_MANY_MS = 120_000
const MANY = 1_000

export function BucketsPage() {
  const { name } = useParams<{ name?: string }>()
  const search = useSearch()
  const [, navigate] = useLocation()
  const buckets = useQuery({
    ...bucketList,
    refetchInterval: (each) => every((each.state.data?.total ?? 0) > MANY ? READ_MANY_MS : READ_MS)(each),
  })
  const defaultKey = useQuery(query(readKms, {})).data?.defaultKey ?? null
  const [act, setAct] = useUrlParam('act')
  const all = buckets.data?.buckets
  const chosen = name === undefined ? undefined : all?.find((bucket) => bucket.name === name)
  const close = () => {
    navigate(`${paths.buckets}${search && `?${search}`}`)
    focusRow(name ?? '')
  }
  const actions = (
    <>
      <Link href={paths.batchJobs} className={buttonClass('quiet')}>
        Batch jobs
      </Link>
      <Link href={paths.house} className={buttonClass()}>
        House rules
      </Link>
      <Button look="primary" onClick={() => setAct('create')}>
        Create bucket
      </Button>
    </>
  )
  return (
    <Page
      title="Buckets"
      lead="What seals new objects, and why; and how much of what is there is sealed."
      action={actions}
    >
      <StaleLine read={buckets} />
      {buckets.data && buckets.data.buckets.length > 0 && <Seals list={buckets.data} defaultKey={defaultKey} />}
      <BucketTable
        list={buckets.data}
        defaultKey={defaultKey}
        open={name ?? null}
        trouble={
          !all && buckets.error && <FailureNote failure={buckets.error} onRetry={() => void buckets.refetch()} />
        }
      />
      {act === 'create' && <CreateBucketDialog defaultKey={defaultKey} onClose={() => setAct(null)} />}
      {name !== undefined && buckets.data && (chosen || !buckets.data.partial) && (
        <BucketPanel key={name} name={name} bucket={chosen} defaultKey={defaultKey} onClose={close} />
      )}
    </Page>
  )
}

function Seals({ list, defaultKey }: { list: BucketList; defaultKey: string | null }) {
  const { buckets, total, partial, checkedAt } = list
  const [seal, setSeal] = useUrlParam('seal')
  const segments = useMemo(() => bucketSegments(buckets, defaultKey), [buckets, defaultKey])
  return (
    <SealBar
      caption="Buckets by what seals a new object"
      noun="bucket"
      segments={segments}
      firstOf={partial ? total : undefined}
      readAt={checkedAt}
      selected={seal || null}
      onSelect={setSeal}
    />
  )
}
