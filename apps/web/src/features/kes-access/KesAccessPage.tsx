import { type KesAccess, KesAct, readKesAccess } from '@strongroom/shared/kes-access'
import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { Link, useSearchParams } from 'wouter'
import { useDenied } from '../../api/capabilities.ts'
import { query } from '../../api/query.ts'
import { KmsTabs } from '../../components/KmsTabs.tsx'
import { Page } from '../../components/Page.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { focusRow } from '../../components/RowLink.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { HowWeKnow, Lines, Time } from '../../ui/Text.tsx'
import { AccessFindings } from './AccessFindings.tsx'
import { Identities, Policies } from './AccessTables.tsx'
import { PolicyPanel } from './PolicyPanel.tsx'
import { Simulator } from './Simulator.tsx'
import type { Question } from './simulate.ts'

export function KesAccessPage() {
  const denied = useDenied('readKesAccess')
  const access = useQuery({ ...query(readKesAccess, {}), enabled: denied === null })
  const actions = (
    <>
      {!denied && (
        <Button busy={access.isFetching} onClick={() => void access.refetch()}>
          Read again
        </Button>
      )}
      <Link href={paths.kesDraft()} className={buttonClass()}>
        New policy
      </Link>
    </>
  )
  return (
    <Page
      title="Policies and identities"
      lead="Who may do what in KES, as it has loaded it now, and what of it does not mean what it seems to."
      action={actions}
    >
      <KmsTabs />
      {denied ? (
        <Note tone="info">{denied}</Note>
      ) : (
        <ReadView read={access}>{(data) => <AccessView access={data} />}</ReadView>
      )}
    </Page>
  )
}

function AccessView({ access }: { access: KesAccess }) {
  const [policy, setPolicy] = useUrlParam('policy')
  const { findings, unknown, endpoint, readAt, identities, policies } = access
  const close = () => {
    setPolicy(null)
    focusRow(policy)
  }
  return (
    <>
      <p className="text-sm text-muted">
        {counted(policies.length, 'policy', 'policies')} and {counted(identities.length, 'identity', 'identities')},
        read <Time at={readAt} /> from <span className="font-mono text-xs">{endpoint}</span>. Each KES has its own
        configuration file; others may have loaded other policies.
      </p>
      {unknown.length > 0 && (
        <Note tone="warning" title="What KES did not let the console read">
          <ul className="space-y-1">
            {unknown.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </Note>
      )}
      <section aria-label="Findings" className="space-y-3">
        <h2 className="text-lg font-semibold">Findings</h2>
        {findings.length === 0 ? (
          <Note tone={unknown.length > 0 ? 'info' : 'good'}>
            {unknown.length > 0
              ? 'None in what could be read.'
              : 'Every line says what it seems to say, and nobody has more than one policy.'}
          </Note>
        ) : (
          <AccessFindings findings={findings} />
        )}
      </section>
      <Policies access={access} selected={policy} />
      <AskHere access={access} />
      <Identities identities={identities} />
      <HowWeKnow>
        <p className="text-muted">
          KES was asked for each policy and identity by the console’s identity for observing.
        </p>
        <Lines
          label="The same from a terminal"
          lines={['kes policy ls', 'kes policy show POLICY', 'kes identity ls', 'kes identity info IDENTITY']}
        />
      </HowWeKnow>
      {policy && <PolicyPanel key={policy} name={policy} access={access} onClose={close} />}
    </>
  )
}

/** The question is in the URL, so that it can be sent to somebody. */
function AskHere({ access }: { access: KesAccess }) {
  const [params, setParams] = useSearchParams()
  const act = KesAct.safeParse(params.get('act'))
  const question: Question = {
    identity: params.get('identity') ?? '',
    act: act.success ? act.data : 'generate',
    name: params.get('name') ?? '',
  }
  const ask = useCallback(
    (next: Question) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before)
          for (const [name, value] of Object.entries(next)) {
            if (value) after.set(name, value)
            else after.delete(name)
          }
          return after
        },
        { replace: true },
      ),
    [setParams],
  )
  return (
    <Simulator
      policies={access.policies}
      identities={access.identities}
      question={question}
      onAsk={ask}
      source="Answered from the policies as KES has loaded them."
    />
  )
}
