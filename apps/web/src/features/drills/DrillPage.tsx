import { type Drill, listDrills } from '@strongroom/shared/drills'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'wouter'
import { useSession } from '../../api/capabilities.ts'
import { query } from '../../api/query.ts'
import { KmsTabs } from '../../components/KmsTabs.tsx'
import { Page } from '../../components/Page.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { count, exact } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Note, toneInk } from '../../ui/Note.tsx'
import { CopyButton, Facts, ScrollBox } from '../../ui/Text.tsx'
import { drillVerdict, verdictLooks, worstFirst } from './drill-words.ts'
import { reportText } from './report-text.ts'

/** The report of one drill: the sentence that auditors want, and what it rests on. */
export function DrillPage() {
  const { id = '' } = useParams<{ id: string }>()
  const list = useQuery(query(listDrills, {}))
  const cluster = useSession()?.cluster.name ?? ''
  const drill = list.data?.drills.find((each) => each.id === id)
  const actions = (
    <div className="flex flex-wrap gap-2 print:hidden">
      <Link href={paths.drills} className={buttonClass('quiet')}>
        Drills
      </Link>
      {drill && (
        <>
          <CopyButton text={reportText(drill, cluster)} label="Copy the report" />
          <Button onClick={() => print()}>Print</Button>
        </>
      )}
    </div>
  )
  return (
    <Page
      title="Drill report"
      lead="What a KES restored from backup could open of what this cluster has sealed."
      action={actions}
    >
      <KmsTabs />
      <ReadView read={list} height="h-96">
        {() =>
          drill ? (
            <Report drill={drill} cluster={cluster} />
          ) : (
            <Note tone="info" title="There is no such drill">
              It was held on another console, or its record was taken away.
            </Note>
          )
        }
      </ReadView>
    </Page>
  )
}

function Report({ drill, cluster }: { drill: Drill; cluster: string }) {
  const { id, at, by, endpoint, kesVersion, sampled, opened, failed, detail } = drill
  const { tone, sentence } = drillVerdict(drill)
  return (
    <>
      <Note tone={tone} title={sentence}>
        {detail}
      </Note>
      <div className="grid gap-x-8 gap-y-1.5 md:grid-cols-2 print:grid-cols-2">
        <Facts
          facts={[
            ['Cluster', cluster],
            ['Held', exact(at)],
            ['By', by],
            ['Drill', <Mono key="d">{id}</Mono>],
          ]}
        />
        <Facts
          facts={[
            ['Restored KES', <Mono key="e">{endpoint}</Mono>],
            ['Its version', kesVersion ?? 'not known'],
            ['Sampled', `${count(sampled)} data keys`],
            ['Opened', `${count(opened)}; not opened: ${count(failed)}`],
          ]}
        />
      </div>
      <ByKey byKey={drill.byKey} />
    </>
  )
}

const Mono = ({ children }: { children: string }) => <span className="font-mono text-xs wrap-anywhere">{children}</span>

const cell = 'border-t border-line px-2 py-2 text-left align-top font-normal sm:px-3'
const head = 'px-2 py-2 text-left text-xs font-semibold text-muted sm:px-3'

const ByKey = ({ byKey }: { byKey: Drill['byKey'] }) => (
  <section aria-label="By key" className="space-y-2">
    <h2 className="text-lg font-semibold">By key</h2>
    {byKey.length === 0 && <p className="text-muted">No key of this cluster was tried.</p>}
    {byKey.length > 0 && (
      <ScrollBox className="rounded-md border border-line bg-surface">
        <table aria-label="By key" className="w-full text-sm">
          <thead>
            <tr>
              <th scope="col" className={head}>
                Key
              </th>
              <th scope="col" className={head}>
                Verdict
              </th>
              <th scope="col" className={`${head} text-right`}>
                Opened
              </th>
              <th scope="col" className={`${head} text-right`}>
                Not opened
              </th>
            </tr>
          </thead>
          <tbody>
            {worstFirst(byKey).map((each) => (
              <KeyRow key={each.name} row={each} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
    )}
  </section>
)

function KeyRow({ row: { name, verdict, opened, failed } }: { row: Drill['byKey'][number] }) {
  const { tone, word, means } = verdictLooks[verdict]
  return (
    <tr>
      <th scope="row" className={`${cell} font-mono text-xs`}>
        {name}
      </th>
      <td className={`${cell} sm:min-w-48`}>
        <span className={`inline-flex items-center gap-1.5 font-medium ${toneInk(tone)}`}>
          <Icon name={tone} />
          {word}
        </span>
        <span className="block text-muted">{means}</span>
      </td>
      <td className={`${cell} text-right`}>{count(opened)}</td>
      <td className={`${cell} text-right`}>{count(failed)}</td>
    </tr>
  )
}
