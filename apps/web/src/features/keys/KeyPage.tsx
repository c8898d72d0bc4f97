import { type KeyDetails, readKey } from '@strongroom/shared/keys'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { query } from '../../api/query.ts'
import { Page } from '../../components/Page.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'
import { TabBar } from '../../ui/TabBar.tsx'
import { Lines } from '../../ui/Text.tsx'
import { CanarySection } from './CanarySection.tsx'
import { DeletionSection } from './DeletionSection.tsx'
import { KeyFacts } from './KeyFacts.tsx'
import { keyLines } from './key-lines.ts'
import { type KeyTab, keyTabs, useKeyUrls } from './key-url.ts'
import { ProofSection } from './ProofSection.tsx'
import { UsageSection } from './UsageSection.tsx'

const tabWords: Record<KeyTab, string> = {
  details: 'Details',
  proof: 'Proof',
  canary: 'Canary',
  usage: 'Where used',
  deletion: 'Deletion',
}

/** The whole account of one key, a section at a time. */
export function KeyPage({ name, tab: wanted }: { name: string; tab: string }) {
  const tab = keyTabs.find((each) => each === wanted) ?? 'details'
  const key = useQuery(query(readKey, { name }))
  const urls = useKeyUrls(name)
  const actions = (
    <>
      <Link href={paths.activityOf(name)} className={buttonClass()}>
        Activity
      </Link>
      <Link href={urls.list} className={buttonClass()}>
        All keys
      </Link>
    </>
  )
  return (
    <Page title={name} lead="A key in KES: what it is, what it opens, and what needs it." action={actions}>
      <TabBar
        many
        label="Sections"
        tabs={keyTabs.map((each) => ({ href: urls.tab(each), word: tabWords[each], here: each === tab }))}
      />
      {tab === 'usage' && <UsageSection name={name} />}
      {tab === 'deletion' && <DeletionSection name={name} />}
      {tab === 'proof' && <ProofSection name={name} provenAt={key.data?.provenAt} />}
      {(tab === 'details' || tab === 'canary') && (
        <ReadView read={key}>
          {(data) => (tab === 'details' ? <Details data={data} /> : <Canary data={data} />)}
        </ReadView>
      )}
    </Page>
  )
}

const Details = ({ data }: { data: KeyDetails }) => (
  <section aria-label="Details" className="max-w-3xl space-y-5">
    <KeyFacts data={data} />
    <Lines label="The same from a terminal" lines={keyLines.describe(data.name)} />
  </section>
)

const Canary = ({ data }: { data: KeyDetails }) => <CanarySection name={data.name} canary={data.canary} />
