import { type Job, readJob } from '@strongroom/shared/jobs'
import { readKms } from '@strongroom/shared/kms'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'wouter'
import { query } from '../../api/query.ts'
import { JobView } from '../../components/JobView.tsx'
import { Page } from '../../components/Page.tsx'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'

/** Where work of this kind is started, and what came of it is shown. */
const homes: Record<Job['kind'], { href: string; word: string }> = {
  'iam-audit': { href: paths.iam, word: 'IAM migration' },
  'iam-migration': { href: paths.iam, word: 'IAM migration' },
  'kes-drill': { href: paths.drills, word: 'Drills' },
}

export function JobPage() {
  const { id = '' } = useParams<{ id: string }>()
  const defaultKey = useQuery(query(readKms, {})).data?.defaultKey ?? null
  const kind = useQuery(query(readJob, { id })).data?.kind
  const home = kind && homes[kind]
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
