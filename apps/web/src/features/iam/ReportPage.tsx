import { downloadMigrationReport, type MigrationReport, readMigrationReport } from '@strongroom/shared/migrations'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'wouter'
import { downloadUrl } from '../../api/base.ts'
import { query } from '../../api/query.ts'
import { stateWords } from '../../components/job-words.ts'
import { Page } from '../../components/Page.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { duration, exact } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { sealSegments } from '../../lib/seal.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { SealBar } from '../../ui/Seal.tsx'
import { CopyButton, Facts, Lines } from '../../ui/Text.tsx'
import { ReportParts } from './ReportParts.tsx'
import { ReportPrint } from './ReportPrint.tsx'
import { runWords } from './report-words.ts'
import { usePrinting } from './use-printing.ts'

/** For an auditor: what lay how before and after, who ran it, and what is left. */
export function ReportPage() {
  const { id = '' } = useParams<{ id: string }>()
  const read = useQuery({
    ...query(readMigrationReport, { id }),
    staleTime: Number.POSITIVE_INFINITY, // A report is of something that has ended.
    structuralSharing: false,
  })
  const printing = usePrinting()
  const file = (format: 'json' | 'csv') => downloadUrl(downloadMigrationReport, { id, format })
  const actions = (
    <div className="flex flex-wrap gap-2 print:hidden">
      <Link href={paths.iamReports} className={buttonClass('quiet')}>
        Past migrations
      </Link>
      {read.data && (
        <>
          <a href={file('json')} download className={buttonClass()}>
            Download JSON
          </a>
          <a href={file('csv')} download className={buttonClass()}>
            Download CSV
          </a>
          <Button onClick={() => print()}>Print</Button>
        </>
      )}
    </div>
  )
  return (
    <Page
      title="Migration report"
      lead="What was moved, by whom, and what is left. Names and states, never content."
      action={actions}
    >
      <ReadView read={read} height="h-[40rem]">
        {({ report, sha256 }) => (
          <>
            <Summary report={report} />
            <Bars report={report} />
            <FileHash name={`migration-${report.id}.json`} sha256={sha256} />
            {printing ? <ReportPrint report={report} /> : <ReportParts report={report} />}
          </>
        )}
      </ReadView>
    </Page>
  )
}

function Summary({ report }: { report: MigrationReport }) {
  const { cluster, startedAt, endedAt, state, message, ranBy, defaultKey } = report
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000
  return (
    <section aria-label="Summary" className="space-y-4">
      {state === 'failed' ? (
        <Note tone="critical" title={message}>
          What was done until then stays done.
        </Note>
      ) : (
        <p className="max-w-[80ch] text-lg font-semibold wrap-anywhere">{message}</p>
      )}
      <div className="grid gap-x-8 gap-y-1.5 md:grid-cols-2 print:grid-cols-2">
        <Facts
          facts={[
            ['Cluster', cluster.name],
            ['MinIO', cluster.version ?? 'version not known'],
            ['Deployment', <Mono key="d">{cluster.deploymentId ?? 'not known'}</Mono>],
            ['To the key', <Mono key="k">{defaultKey}</Mono>],
          ]}
        />
        <Facts
          facts={[
            ['Run', `${runWords(report)}; ${stateWords[state].toLowerCase()}`],
            ['Ran by', ranBy.join(', ')],
            ['Started', exact(startedAt)],
            ['Ended', `${exact(endedAt)}, after ${duration(Math.max(0, seconds))}`],
          ]}
        />
      </div>
    </section>
  )
}

const Bars = ({ report: { before, after, defaultKey, startedAt, endedAt } }: { report: MigrationReport }) => (
  <section aria-label="Before and after" className="space-y-4 rounded-md border border-line bg-surface p-4">
    <div className="space-y-2">
      <h2 className="text-sm font-semibold">Before</h2>
      <SealBar
        caption="Items by what sealed them before"
        noun="item"
        segments={sealSegments(before, defaultKey)}
        readAt={startedAt}
      />
    </div>
    <div className="space-y-2">
      <h2 className="text-sm font-semibold">After</h2>
      {after ? (
        <SealBar
          caption="Items by what sealed them after"
          noun="item"
          segments={sealSegments(after, defaultKey)}
          readAt={endedAt}
        />
      ) : (
        <p className="text-muted">Not observed: the drives could not be read when it ended.</p>
      )}
    </div>
  </section>
)

const FileHash = ({ name, sha256 }: { name: string; sha256: string }) => (
  <section aria-label="The file" className="space-y-2">
    <p className="flex flex-wrap items-center gap-x-2 text-sm">
      <span className="text-muted">SHA-256 of the JSON file</span>
      <span className="font-mono text-xs wrap-anywhere">{sha256}</span>
      <span className="print:hidden">
        <CopyButton text={sha256} />
      </span>
    </p>
    <div className="print:hidden">
      <Lines label="Check a file that was kept" lines={[`echo "${sha256}  ${name}" | sha256sum --check`]} />
    </div>
  </section>
)

const Mono = ({ children }: { children: string }) => <span className="font-mono text-xs wrap-anywhere">{children}</span>
