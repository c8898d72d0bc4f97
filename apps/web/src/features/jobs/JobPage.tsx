import { readKms } from '@strongroom/shared/kms'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'wouter'
import { query } from '../../api/query.ts'
import { JobView } from '../../components/JobView.tsx'
import { Page } from '../../components/Page.tsx'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'

export function JobPage() {
  const { id = '' } = useParams<{ id: string }>()
  const defaultKey = useQuery(query(readKms, {})).data?.defaultKey ?? null
  const action = (
    <>
      <Link href={paths.jobs} className={buttonClass()}>
        All jobs
      </Link>
      <Link href={paths.iam} className={buttonClass()}>
        IAM migration
      </Link>
    </>
  )
  return (
    <Page title="Job" lead="It goes on when you leave this page; the ring in the top bar leads back." action={action}>
      <JobView key={id} id={id} defaultKey={defaultKey} />
    </Page>
  )
}
