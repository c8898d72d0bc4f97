import { importKey, type KeySource, readKeyImport } from '@strongroom/shared/keys'
import { readMove } from '@strongroom/shared/move'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useDenied } from '../../api/capabilities.ts'
import { invalidate, query, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Field.tsx'
import { Note } from '../../ui/Note.tsx'
import { Lines } from '../../ui/Text.tsx'
import type { Done } from './ImportPage.tsx'
import { keyLines } from './key-lines.ts'
import { lookAgain } from './look-again.ts'

/** Each reading may make a public key too, so it is not read more often than it changes. */
const KNOWN_MS = 60_000

type Props = { onDone: (done: Done) => void }

export function ServerImport({ onDone }: Props) {
  const places = useQuery({ ...query(readKeyImport, {}), staleTime: KNOWN_MS })
  return (
    <ReadView read={places}>
      {({ sources }) => (sources.length === 0 ? <NoSources /> : <Sources sources={sources} onDone={onDone} />)}
    </ReadView>
  )
}

const NoSources = () => (
  <Note tone="info" title="No place to import from">
    Name one in the console’s configuration and start it again:{' '}
    <code className="font-mono text-xs">STRONGROOM_KEY_SOURCES=KEYNAME=file:/PATH</code>, or point{' '}
    <code className="font-mono text-xs">STRONGROOM_ENV_FILE</code> at the env file of MinIO, whose static key is a
    source by itself. A key that lies elsewhere can be imported wrapped.
  </Note>
)

function Sources({ sources, onDone }: Props & { sources: readonly KeySource[] }) {
  const [chosen, setChosen] = useState(sources.find(({ fingerprint }) => fingerprint !== null)?.id)
  const source = sources.find(({ id }) => id === chosen)
  const denied = useDenied('importKeys')
  const run = useCall(importKey, (reply, { name }) => {
    onDone({ ...reply, name, way: 'server' })
    return Promise.all([lookAgain(), invalidate(readMove)])
  })
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
      <Lines
        label="The same from a terminal"
        lines={keyLines.import(source?.keyName)}
        note='IMPORT.json is {"key": BASE64, "cipher": "AES256"}, with mode 0600, and is removed when done: a key in a command line is seen by others and kept by the shell.'
      />
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
