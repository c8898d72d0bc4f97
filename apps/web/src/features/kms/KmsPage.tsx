import { type Kms, readKms } from '@strongroom/shared/kms'
import { readOverview } from '@strongroom/shared/overview'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { every, invalidate, query } from '../../api/query.ts'
import { KmsTabs } from '../../components/KmsTabs.tsx'
import { Page } from '../../components/Page.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { kmsWords } from '../../lib/kms-words.ts'
import { paths } from '../../lib/paths.ts'
import { Note } from '../../ui/Note.tsx'
import { Facts, HowWeKnow, Lines, Time } from '../../ui/Text.tsx'
import { CachedOnly } from './CachedOnly.tsx'
import { ConsoleIdentities } from './ConsoleIdentities.tsx'
import { KesCards } from './KesCards.tsx'
import { KesCharts } from './KesCharts.tsx'
import { Endpoints, Nodes } from './Nodes.tsx'

const READ_MS = 10_000

export function KmsPage() {
  const kms = useQuery({ ...query(readKms, {}), refetchInterval: every(READ_MS) })
  useVerdictInStep(kms.data)
  return (
    <Page
      title="KMS"
      lead="Which key service MinIO runs on, whether its default key works, and what stands behind or beside it."
    >
      <KmsTabs />
      <ReadView read={kms}>{(data) => <KmsView kms={data} />}</ReadView>
    </Page>
  )
}

/** What this page sees first must not stand below a verdict that does not know of it yet. */
function useVerdictInStep(kms: Kms | undefined) {
  const endpoints = [...(kms?.kes?.endpoints ?? []), ...(kms?.standby?.endpoints ?? [])]
  const state =
    kms && JSON.stringify([kms.keyWorks, kms.cachedOnly?.since, endpoints.map(({ trouble }) => trouble !== null)])
  const seen = useRef(state)
  useEffect(() => {
    if (state === undefined || state === seen.current) return
    if (seen.current !== undefined) void invalidate(readOverview)
    seen.current = state
  }, [state])
}

function KmsView({ kms }: { kms: Kms }) {
  return (
    <>
      {kms.cachedOnly && <CachedOnly cachedOnly={kms.cachedOnly} />}
      <Default kms={kms} />
      {kms.kes && <KesCards title="The KES that MinIO runs on" statuses={kms.kes.endpoints} />}
      {kms.standby && (
        <KesCards title={kms.kind === 'unknown' ? 'The console’s KES' : 'Standby KES'} statuses={kms.standby.endpoints}>
          {kms.kind === 'unknown' ? (
            <p className="text-muted">Whether MinIO runs on it is not known.</p>
          ) : (
            <Standby keyName={kms.standby.keyName} />
          )}
        </KesCards>
      )}
      {(kms.kes || kms.standby) && (
        <>
          <KesCharts />
          <ConsoleIdentities />
        </>
      )}
      <Endpoints endpoints={kms.endpoints} />
      <Nodes kms={kms} />
      {kms.unknown.length > 0 && (
        <Note tone="info" title="What could not be asked">
          <ul>
            {kms.unknown.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </Note>
      )}
    </>
  )
}

const Standby = ({ keyName }: { keyName: string | null }) => (
  <p className="text-muted">
    Configured for the console; MinIO does not run on it yet.
    {keyName && (
      <>
        {' '}
        Its key would be <span className="font-mono text-xs">{keyName}</span>.
      </>
    )}{' '}
    <Link href={paths.move} className="font-medium text-accent hover:underline">
      Move to KES
    </Link>
  </p>
)

function Default({ kms }: { kms: Kms }) {
  const { kind, defaultKey, keyWorks, keyError, autoEncryption, iamLoaded, checkedAt } = kms
  return (
    <section aria-label="Default key" className="space-y-3 rounded-md border border-line bg-surface p-4">
      {iamLoaded === false && (
        <Note tone="critical" title="MinIO has not loaded its users">
          Do not change anything: what is written to IAM now may be lost or in plaintext.
        </Note>
      )}
      {keyWorks === false && (
        <Note tone="critical" title="The round trip of the default key fails">
          {keyError
            ? `MinIO refused: ${keyError.replace(/\.?\s*$/, '.')}`
            : 'MinIO could not generate and open a data key.'}{' '}
          Do not restart MinIO.
        </Note>
      )}
      <div className="grid gap-x-10 gap-y-1.5 md:grid-cols-2">
        <Facts
          facts={[
            ['Kind', <strong key="k">{kmsWords[kind]}</strong>],
            [
              'Default key',
              <span key="d" className="font-mono text-xs">
                {defaultKey ?? (kind === 'unknown' ? 'not known' : 'none')}
              </span>,
            ],
            ['Round trip', tripWords(kms)],
          ]}
        />
        <Facts
          facts={[
            ['Auto-encryption', yesNo(autoEncryption)],
            ['Users loaded', yesNo(iamLoaded)],
            ['Asked', <Time key="t" at={checkedAt} />],
          ]}
        />
      </div>
      <HowWeKnow>
        <p className="text-muted">
          MinIO was asked to generate a data key under the default key, to open it again, and to compare.
        </p>
        <Lines
          label="The same from a terminal"
          lines={['mc admin kms key status ALIAS', `mc admin kms key status ALIAS ${defaultKey ?? 'KEY'}`]}
        />
      </HowWeKnow>
    </section>
  )
}

const tripWords = ({ keyWorks, kind }: Kms) => {
  if (keyWorks === null) return kind === 'none' ? 'there is no key to try' : 'not known'
  return keyWorks ? 'works: a data key was generated and opened again' : 'fails'
}

const yesNo = (value: boolean | null) => (value === null ? 'not known' : value ? 'yes' : 'no')
