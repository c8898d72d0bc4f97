import { readAudit } from '@strongroom/shared/iam'
import { jobEnded, listJobs } from '@strongroom/shared/jobs'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { JobView } from '../../components/JobView.tsx'
import { Page } from '../../components/Page.tsx'
import { ReadDrives } from '../../components/ReadDrives.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { exact } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { AuditView } from './AuditView.tsx'
import { ItemTable } from './ItemTable.tsx'
import { MigrateDialog } from './MigrateDialog.tsx'

export function IamPage() {
  const audit = useQuery(query(readAudit, {}))
  const [act, setAct] = useUrlParam('act')
  const { job, running, paused, migrating, told } = useShownJob()
  const missing = audit.error?.code === 'no-audit-yet'
  const busy = running && !paused ? 'A job is running.' : null
  const migrateWhy =
    audit.data?.toMove === 0
      ? 'Nothing is left to move.'
      : audit.data?.defaultKey === null
        ? 'MinIO has no KMS to move to.'
        : busy
  const actions = audit.data && (
    <>
      {!running && <ReadDrives />}
      <Button look="primary" why={migrateWhy} onClick={() => setAct('migrate')}>
        Migrate
      </Button>
    </>
  )
  return (
    <Page
      title="IAM migration"
      lead="What seals each user, group, policy and setting on the drives, and moving it under the default KMS key."
      action={actions}
    >
      {job && <JobView key={job} id={job} defaultKey={audit.data?.defaultKey ?? null} showSeals={!told} />}
      {missing && !running && <NoAudit />}
      {audit.error && !missing && !audit.data && (
        <FailureNote failure={audit.error} onRetry={() => void audit.refetch()} />
      )}
      {!missing && <StaleLine read={audit} />}
      {audit.data && (
        <>
          {migrating ? <AgeLine takenAt={audit.data.takenAt} /> : <AuditView audit={audit.data} />}
          <ItemTable key={audit.data.takenAt} audit={audit.data} />
        </>
      )}
      {act === 'migrate' && audit.data && <MigrateDialog audit={audit.data} onClose={() => setAct(null)} />}
      <p>
        <Link href={paths.jobs} className={buttonClass('quiet')}>
          All jobs
        </Link>
      </p>
    </Page>
  )
}

/** The job that runs now; else that of the URL, so that it outlives a reload. A done audit is told by its own report. */
function useShownJob() {
  const [chosen] = useUrlParam('job')
  const { data } = useQuery(query(listJobs, {}))
  const running = data?.jobs.find((job) => !jobEnded(job))
  const ended = data?.jobs.find(({ id, state }) => id === chosen && state === 'done')
  return {
    job: running?.id ?? (ended?.kind === 'iam-audit' ? undefined : chosen || undefined),
    running: running !== undefined,
    /** It waits for a sign-in: starting it again lets it go on. */
    paused: running?.state === 'paused',
    /** Its live bar takes the place of the one of the audit, which grows old meanwhile. */
    migrating: running?.kind === 'iam-migration',
    /** The audit below shows what it left on the drives. */
    told: running === undefined && ended !== undefined,
  }
}

/** Its moving bar tells the present; the table below stays as it was read. */
const AgeLine = ({ takenAt }: { takenAt: string }) => (
  <p className="text-sm text-muted">
    As the drives were read at{' '}
    <time dateTime={takenAt} title={exact(takenAt)}>
      {exact(takenAt).slice(11)}
    </time>
    ; they are read again when the migration ends.
  </p>
)

const NoAudit = () => (
  <section aria-label="No audit yet" className="space-y-3 rounded-md border border-dashed border-edge p-6">
    <h2 className="text-lg font-semibold">The drives have not been read yet</h2>
    <p className="max-w-[70ch] text-muted">
      Every user, group, policy and setting would be counted here by what seals it. Reading looks at the first bytes of
      each item on every drive; it changes nothing, and nothing of the content leaves the server.
    </p>
    <ReadDrives look="primary" />
  </section>
)
