import { importKey, type KeySource, listKeys, readKeyImport } from '@strongroom/shared/keys'
import { readMove } from '@strongroom/shared/move'
import { readOverview } from '@strongroom/shared/overview'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { useDenied } from '../../api/capabilities.ts'
import { invalidate, query, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Page } from '../../components/Page.tsx'
import { ProofResult } from '../../components/ProofResult.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Field.tsx'
import { Note } from '../../ui/Note.tsx'

export function ImportPage() {
  const places = useQuery(query(readKeyImport, {}))
  return (
    <Page
      title="Import key"
      lead="Key material goes from its place on the server into KES. It never passes through this browser, so there is no field to paste it into."
    >
      <ReadView read={places}>
        {({ sources }) => (sources.length === 0 ? <NoSources /> : <ImportForm sources={sources} />)}
      </ReadView>
    </Page>
  )
}

function NoSources() {
  return (
    <Note tone="info" title="No place to import from">
      Name one in the console’s configuration and start it again:{' '}
      <code className="font-mono text-xs">STRONGROOM_KEY_SOURCES=KEYNAME=file:/PATH</code>, or point{' '}
      <code className="font-mono text-xs">STRONGROOM_ENV_FILE</code> at the env file of MinIO, whose static key is a
      source by itself.
    </Note>
  )
}

function ImportForm({ sources }: { sources: readonly KeySource[] }) {
  const [chosen, setChosen] = useState(sources.find(({ fingerprint }) => fingerprint !== null)?.id)
  const source = sources.find(({ id }) => id === chosen)
  const denied = useDenied('importKeys')
  const run = useCall(importKey, () => invalidate(listKeys, readMove, readOverview))
  if (run.data) return <Imported name={run.variables.name} proof={run.data.proof} />
  return (
    <section aria-label="Sources" className="max-w-2xl space-y-4">
      <fieldset className="divide-y divide-line rounded-md border border-line bg-surface">
        <legend className="sr-only">Source</legend>
        {sources.map((each) => (
          <div key={each.id} className="space-y-3 p-4">
            <Choice
              type="radio"
              name="source"
              label={each.label}
              checked={each.id === chosen}
              disabled={each.fingerprint === null}
              onChange={() => setChosen(each.id)}
              hint={<Source source={each} />}
            />
            {each.warning && <Note tone="warning">{each.warning}</Note>}
          </div>
        ))}
      </fieldset>
      {source && (
        <p className="text-sm text-muted">
          KES gets a new key <span className="font-mono text-xs text-ink">{source.keyName}</span>. A key of that name is
          never replaced. Then the console proves that it opens what the cluster has sealed.
        </p>
      )}
      <FailureNote failure={run.error} />
      <Button
        look="primary"
        busy={run.isPending}
        why={denied ?? (source ? null : 'None of the sources can be read.')}
        onClick={() => source && run.mutate({ name: source.keyName, source: { kind: 'server', id: source.id } })}
      >
        Import key
      </Button>
    </section>
  )
}

const Source = ({ source: { keyName, fingerprint } }: { source: KeySource }) => (
  <>
    Key name <span className="font-mono text-xs text-ink">{keyName}</span>, fingerprint{' '}
    <span className="font-mono text-xs text-ink">{fingerprint ?? 'cannot be read'}</span>
  </>
)

function Imported({ name, proof }: { name: string; proof: Parameters<typeof ProofResult>[0]['proof'] }) {
  return (
    <section aria-label="Result" className="max-w-2xl space-y-4 rounded-md border border-line bg-surface p-4">
      <p role="status">
        KES has the key <span className="font-mono text-xs">{name}</span> now.
      </p>
      <ProofResult proof={proof} />
      <div className="flex flex-wrap gap-2">
        <Link href={paths.move} className={buttonClass('primary')}>
          Move to KES
        </Link>
        <Link href={paths.key(name)} className={buttonClass()}>
          Show the key
        </Link>
      </div>
    </section>
  )
}
