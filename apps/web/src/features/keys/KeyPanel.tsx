import { readKey } from '@strongroom/shared/keys'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { query } from '../../api/query.ts'
import { ReadView } from '../../components/ReadView.tsx'
import { buttonClass } from '../../ui/Button.tsx'
import { SidePanel } from '../../ui/SidePanel.tsx'
import { Lines } from '../../ui/Text.tsx'
import { KeyFacts } from './KeyFacts.tsx'
import { keyLines } from './key-lines.ts'
import { useKeyUrls } from './key-url.ts'
import { ProofSection } from './ProofSection.tsx'

/** The short account beside the list. */
export function KeyPanel({ name, onClose }: { name: string; onClose: () => void }) {
  const key = useQuery(query(readKey, { name }))
  const urls = useKeyUrls(name)
  return (
    <SidePanel title={name} onClose={onClose}>
      <ReadView read={key} height="h-56">
        {(data) => <KeyFacts data={data} />}
      </ReadView>
      <nav aria-label="Of this key" className="flex flex-wrap gap-2">
        <Link href={urls.tab('details')} className={buttonClass()}>
          Whole account
        </Link>
        <Link href={urls.tab('usage')} className={buttonClass()}>
          Where used
        </Link>
        <Link href={urls.tab('canary')} className={buttonClass()}>
          Canary
        </Link>
        <Link href={urls.tab('deletion')} className={buttonClass('quiet')}>
          Deletion
        </Link>
      </nav>
      <Lines label="The same from a terminal" lines={keyLines.describe(name)} />
      <div className="border-t border-line pt-4">
        <ProofSection name={name} provenAt={key.data?.provenAt} />
      </div>
    </SidePanel>
  )
}
