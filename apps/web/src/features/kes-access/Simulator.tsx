import { KesAct, type KesIdentityInfo, type KesPolicy } from '@strongroom/shared/kes-access'
import { type ReactNode, useId } from 'react'
import { Field, Select } from '../../ui/Field.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Facts } from '../../ui/Text.tsx'
import { actWords, identityWords } from './access-words.ts'
import { type Question, simulate } from './simulate.ts'

type Props = {
  policies: readonly KesPolicy[]
  identities: readonly KesIdentityInfo[]
  question: Question
  onAsk: (question: Question) => void
  /** What it is answered from. */
  source: ReactNode
}

/** May this identity do this, on this key? Answered while it is asked, with the line that says so. */
export function Simulator({ policies, identities, question, onAsk, source }: Props) {
  const { identity, act, name } = question
  const known = identities.some((each) => each.identity === identity)
  const ask = (rest: Partial<Question>) => onAsk({ ...question, ...rest })
  const nameWord = actWords[act].name
  const stranger =
    identity !== '' && !known ? ([[identity, `not known to KES · ${identity.slice(0, 12)}`]] as const) : []
  return (
    <section aria-label="Simulator" className="space-y-3 rounded-md border border-line bg-surface p-4">
      <div>
        <h2 className="text-lg font-semibold">May this identity do this?</h2>
        <p className="text-sm text-muted">{source} Nothing is asked of KES, and nothing is tried.</p>
      </div>
      <div className="grid items-start gap-3 md:grid-cols-3">
        <Select
          label="Identity"
          value={identity}
          onChange={(event) => ask({ identity: event.target.value })}
          options={[
            ['', 'Choose one'],
            ...stranger,
            ...identities.map((each) => [each.identity, identityWords(each)] as const),
          ]}
        />
        <Select
          label="Wants to"
          value={act}
          onChange={(event) => ask({ act: KesAct.parse(event.target.value) })}
          options={Object.entries(actWords).map(([id, { word }]) => [id, word] as const)}
        />
        {nameWord && (
          <Field
            label={nameWord}
            name="name"
            mono
            autoComplete="off"
            value={name}
            onChange={(event) => ask({ name: event.target.value })}
          />
        )}
      </div>
      <Told policies={policies} identities={identities} question={question} />
    </section>
  )
}

function Told({ policies, identities, question }: Pick<Props, 'policies' | 'identities' | 'question'>) {
  const id = useId()
  const { word, name } = actWords[question.act]
  const isListing = name === 'Prefix'
  if (!question.identity) return <p className="text-sm text-muted">Choose an identity.</p>
  if (name && !isListing && !question.name)
    return <p className="text-sm text-muted">Type the name of the {name.toLowerCase()}.</p>
  const { allowed, path, line, detail } = simulate({ policies, identities }, question)
  const look =
    allowed === null
      ? ({ icon: 'unknown', verdict: 'Can’t be told', ink: 'text-muted' } as const)
      : allowed
        ? ({ icon: 'good', verdict: 'Allowed', ink: 'text-good' } as const)
        : ({ icon: 'critical', verdict: 'Denied', ink: 'text-critical' } as const)
  return (
    <div role="status" aria-labelledby={id} className="space-y-2 border-t border-line pt-3">
      <p id={id} className={`flex items-center gap-2 font-semibold ${look.ink}`}>
        <Icon name={look.icon} />
        {look.verdict}
        <span className="sr-only">: {word}</span>
      </p>
      <Facts
        facts={[
          [
            'Path',
            <span key="p" className="font-mono text-xs">
              {path}
            </span>,
          ],
          [
            'Decided by',
            line ? (
              <span key="l">
                {line.list} <span className="rounded-sm bg-sunken px-1 font-mono text-xs">{line.pattern}</span> of the
                policy <span className="font-mono text-xs">{line.policy}</span>
              </span>
            ) : (
              'no line'
            ),
          ],
          ['Because', detail],
        ]}
      />
    </div>
  )
}
