import { type KesAccess, type KesPolicy, readKesAccess } from '@strongroom/shared/kes-access'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useSearch } from 'wouter'
import { useDenied } from '../../api/capabilities.ts'
import { query } from '../../api/query.ts'
import { KmsTabs } from '../../components/KmsTabs.tsx'
import { Page } from '../../components/Page.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { DraftCompare } from './DraftCompare.tsx'
import { DraftForm } from './DraftForm.tsx'
import { DraftLint } from './DraftLint.tsx'
import { DraftYaml } from './DraftYaml.tsx'
import { type Draft, draftOf, policyOf, withDraft } from './draft.ts'
import { Simulator } from './Simulator.tsx'
import type { Question } from './simulate.ts'

const empty: Draft = { name: '', allow: '', deny: '', identities: '' }

/** Drafts by the policy that they began from, until the page is loaded anew: looking something up loses none. */
const kept = new Map<string, Draft>()

export function DraftPage() {
  const name = new URLSearchParams(useSearch()).get('policy') ?? ''
  const denied = useDenied('readKesAccess')
  const access = useQuery({ ...query(readKesAccess, {}), enabled: denied === null })
  return (
    <Page
      title={name ? `Draft of ${name}` : 'New policy'}
      lead="Written here, looked at while it is written, and put into KES’s configuration by you: KES has no call that changes policies."
      action={
        <Link href={paths.kesAccess} className={buttonClass()}>
          Policies and identities
        </Link>
      }
    >
      <KmsTabs />
      {denied ? (
        <Note tone="info">{denied}</Note>
      ) : (
        <ReadView read={access}>
          {(data) => (
            <DraftView
              key={name}
              from={name}
              access={data}
              onCompare={() => void access.refetch()}
              busy={access.isFetching}
            />
          )}
        </ReadView>
      )}
    </Page>
  )
}

type Props = { from: string; access: KesAccess; onCompare: () => void; busy: boolean }

function DraftView({ from, access, onCompare, busy }: Props) {
  const [draft, setDraft] = useState(() => kept.get(from) ?? begun(from, access.policies))
  const [question, setQuestion] = useState<Question>({ identity: '', act: 'generate', name: '' })
  const change = (next: Draft) => {
    kept.set(from, next)
    setDraft(next)
  }
  const policy = policyOf(draft)
  const policies = withDraft(access.policies, policy)
  const strangers = policy.identities
    .filter((identity) => !access.identities.some((each) => each.identity === identity))
    .map((identity) => ({ identity, admin: false, policy: policy.name, known: null }))
  return (
    <>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <DraftForm draft={draft} access={access} onChange={change} />
        <DraftLint policies={policies} name={policy.name} access={access} />
      </div>
      <Simulator
        policies={policies}
        identities={[...access.identities, ...strangers]}
        question={question}
        onAsk={setQuestion}
        source="Answered from the draft, and for other identities from the policies as loaded."
      />
      <DraftYaml policy={policy} policies={policies} />
      <DraftCompare policy={policy} access={access} onCompare={onCompare} busy={busy} />
    </>
  )
}

function begun(from: string, policies: readonly KesPolicy[]) {
  const policy = policies.find(({ name }) => name === from)
  return policy ? draftOf(policy) : { ...empty, name: from }
}
