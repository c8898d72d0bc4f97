import { readJob } from '@strongroom/shared/jobs'
import { readKms } from '@strongroom/shared/kms'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'wouter'
import { query } from '../../api/query.ts'
import { JobView } from '../../components/JobView.tsx'
import { jobHome } from '../../components/job-result.ts'
import { Page } from '../../components/Page.tsx'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'

export function JobPage() {
  const { id = '' } = useParams<{ id: string }>()
  const defaultKey = useQuery(query(readKms, {})).data?.defaultKey ?? null
  const job = useQuery(query(readJob, { id })).data
  const home = job && jobHome(job)
  const action = (
    <>
      <Link href={paths.jobs} className={buttonClass()}>
        All jobs
      </Link>
      {home && (
        <Link href={home.href} className={buttonClass()}>
          {home.word}
        </Link>
      )}
    </>
  )
  return (
    <Page title="Job" lead="It goes on when you leave this page; the ring in the top bar leads back." action={action}>
      <JobView key={id} id={id} defaultKey={defaultKey} />
    </Page>
  )
}
