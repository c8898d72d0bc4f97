import { type IamAudit, readAudit } from '@strongroom/shared/iam'
import { jobEnded, listJobs } from '@strongroom/shared/jobs'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link } from 'wouter'
import { useJob } from '../../api/job-stream.ts'
import { query } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { JobView } from '../../components/JobView.tsx'
import { Page } from '../../components/Page.tsx'
import { StaleLine } from '../../components/ReadView.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted, exact } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { toneInk } from '../../ui/Note.tsx'
import { AuditView } from './AuditView.tsx'
import { auditVerdict } from './audit-verdict.ts'
import { BackupDialog } from './BackupDialog.tsx'
import { ItemTable } from './ItemTable.tsx'
import { MigrateDialog } from './MigrateDialog.tsx'
import { ReadWithDepth } from './ReadWithDepth.tsx'
import { RemoteSecretDialog } from './RemoteSecretDialog.tsx'

export function IamPage() {
  const audit = useQuery(query(readAudit, {}))
  const shown = useShownJob()
  const missing = audit.error?.code === 'no-audit-yet'
  const ready = !audit.isPending && !shown.pending // Both at once: what came later would push the other down.
  return (
    <Page
      title="IAM migration"
      lead="What seals the cluster’s own data on the drives, item by item."
      action={audit.data && <Actions audit={audit.data} shown={shown} />}
    >
      <Elsewhere />
      {ready && audit.data && <Verdict audit={audit.data} shown={shown} />}
      {ready && shown.id && !(audit.data && shown.auditing) && (
        <JobView key={shown.id} id={shown.id} defaultKey={audit.data?.defaultKey ?? null} />
      )}
      {missing && !shown.auditing && <NoAudit />}
      {audit.error && !missing && !audit.data && (
        <FailureNote failure={audit.error} onRetry={() => void audit.refetch()} />
      )}
      {!missing && <StaleLine read={audit} />}
      {ready && audit.data && (
        <>
          <div className={shown.migrating ? 'stale' : ''}>
            <AuditView audit={audit.data} />
          </div>
          <ItemTable key={audit.data.id} audit={audit.data} />
        </>
      )}
      <Acts audit={audit.data} shown={shown} />
    </Page>
  )
}

type Shown = ReturnType<typeof useShownJob>

function Actions({ audit, shown }: { audit: IamAudit; shown: Shown }) {
  const [, setAct] = useUrlParam('act')
  const migrating = shown.migrating && !shown.waitsForSignIn
  return (
    <>
      <ReadWithDepth
        last={audit.depth}
        busy={shown.auditing}
        why={shown.migrating ? 'A migration is running.' : null}
      />
      <Button
        look="primary"
        busy={migrating}
        why={migrating ? null : whyNotMigrate(audit, shown)}
        onClick={() => setAct('migrate')}
      >
        Migrate
      </Button>
    </>
  )
}

/** The dialogs of this page, each under its own URL. */
function Acts({ audit, shown }: { audit: IamAudit | undefined; shown: Shown }) {
  const [act, setAct] = useUrlParam('act')
  const close = () => setAct(null)
  if (act === 'migrate' && audit)
    return (
      <MigrateDialog
        audit={audit}
        why={whyNotMigrate(audit, shown)}
        waiting={shown.waitsForSignIn ? (shown.id ?? null) : null}
        onClose={close}
      />
    )
  if (act === 'backup') return <BackupDialog onClose={close} />
  if (act === 'secret') return <RemoteSecretDialog onClose={close} />
  return null
}

function whyNotMigrate({ defaultKey, toMove }: IamAudit, shown: Shown) {
  if (shown.waitsForSignIn) return null
  if (shown.migrating) return 'A migration is running.'
  if (shown.auditing) return 'The drives are being read.'
  if (defaultKey === null) return 'MinIO has no KMS to move to.'
  return toMove === 0 ? 'Nothing is left to move.' : null
}

/** The job that runs now, and goes into the URL, so that its end is told and outlives a reload. A done audit tells itself. */
function useShownJob() {
  const [chosen, setChosen] = useUrlParam('job')
  // Of a job that runs, all but this changes ten times a second, and would draw the page anew.
  const { data: jobs, isPending } = useQuery({
    ...query(listJobs, {}),
    select: (list) => list.jobs.map(({ id, kind, state, waiting }) => ({ id, kind, state, waitsFor: waiting?.on })),
  })
  const running = jobs?.find((job) => !jobEnded(job))
  useEffect(() => {
    if (running && running.id !== chosen) setChosen(running.id)
  }, [running, chosen, setChosen])
  const ended = jobs?.find(({ id, state }) => id === chosen && state === 'done')
  return {
    id: running?.id ?? (ended?.kind === 'iam-audit' ? undefined : chosen || undefined),
    /** Whether there is one is not known yet. */
    pending: isPending,
    auditing: running?.kind === 'iam-audit',
    waitsForSignIn: running?.waitsFor === 'sign-in',
    /** Its live bar tells the present; the audit grows old meanwhile. */
    migrating: running?.kind === 'iam-migration',
  }
}

/** It keeps the room of two lines where it may need them: another audit's sentence must not push the page about. */
function Verdict({ audit, shown }: { audit: IamAudit; shown: Shown }) {
  const { tone, sentence } = auditVerdict(audit)
  const { toMove, total, drives, takenAt, defaultKey, counts } = audit
  const stays = tone !== 'good' && defaultKey !== null && counts['root-credentials'] + counts.plaintext > 0
  const via = drives.total === null ? drives.observed : `${drives.observed} of ${drives.total}`
  const next = shown.migrating
    ? '; the drives are read again when the migration ends'
    : toMove > 0
      ? defaultKey !== null && `; ${count(toMove)} can be moved to ${defaultKey}`
      : stays && '; no migration can move what is left, and each row says why'
  return (
    <section aria-label="Verdict" className={`flex gap-3 ${shown.migrating ? 'stale' : ''}`}>
      <Icon name={tone} size={22} className={`mt-0.5 ${toneInk(tone)}`} />
      <div className="min-h-23 min-w-0 sm:min-h-16 lg:min-h-11">
        <p className="text-xl font-semibold text-balance wrap-anywhere">{sentence}</p>
        {shown.auditing && shown.id ? (
          <ReadAgain id={shown.id} />
        ) : (
          <p className="text-sm text-muted">
            {count(total)} observed, read at {exact(takenAt).slice(11)}, via {via}{' '}
            {(drives.total ?? drives.observed) === 1 ? 'drive' : 'drives'}
            {next}.
          </p>
        )}
      </div>
    </section>
  )
}

/** A reading beside an audit that stands takes one line: a box that comes and goes in seconds would push the page about. */
function ReadAgain({ id }: { id: string }) {
  const { data: job } = useJob(id)
  return (
    <p className="text-sm text-muted">
      The drives are being read again
      {job && job.total !== null && `: ${count(job.done)} of ${counted(job.total, 'item')}`}.{' '}
      <Link href={paths.job(id)} className="text-accent hover:underline">
        Watch or stop it
      </Link>
    </p>
  )
}

const Elsewhere = () => (
  <nav aria-label="More on IAM migration" className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
    <ElsewhereLink href={paths.iamReports}>Past migrations</ElsewhereLink>
    <ElsewhereLink href={paths.iamCompare}>Compare audits</ElsewhereLink>
    <ElsewhereLink href={paths.iamBackup}>Sealed backups</ElsewhereLink>
    <ElsewhereLink href={paths.jobs}>All jobs</ElsewhereLink>
  </nav>
)

const ElsewhereLink = ({ href, children }: { href: string; children: string }) => (
  <Link
    href={href}
    className="inline-flex items-center gap-1 text-muted hover:text-ink hover:underline pointer-coarse:min-h-11"
  >
    {children}
    <Icon name="open" size={12} />
  </Link>
)

const NoAudit = () => (
  <section aria-label="No audit yet" className="space-y-3 rounded-md border border-dashed border-edge p-6">
    <h2 className="text-lg font-semibold">The drives have not been read yet</h2>
    <p className="max-w-[70ch] text-muted">
      Every user, group, policy and setting would be counted here by what seals it. Reading looks at the first bytes of
      each item on every drive; it changes nothing, and nothing of the content leaves the server.
    </p>
    <div className="flex flex-wrap gap-2">
      <ReadWithDepth look="primary" />
    </div>
  </section>
)
