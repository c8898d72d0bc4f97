import { type Move, readMove } from '@strongroom/shared/move'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { every, query } from '../../api/query.ts'
import { Page } from '../../components/Page.tsx'
import { type Proof, ProofResult } from '../../components/ProofResult.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { WalkStep } from '../../components/WalkStep.tsx'
import { Note } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'
import { StepBody, type StepBodyProps } from './StepBody.tsx'

const READ_MS = 10_000
const RESTARTING_MS = 3_000

export function MovePage() {
  const [restarting, setRestarting] = useState(false)
  const move = useQuery({
    ...query(readMove, {}),
    refetchInterval: (state) => (restarting && !restarted(state.state.data) ? RESTARTING_MS : every(READ_MS)(state)),
  })
  const away = restarting && !restarted(move.data)
  return (
    <Page
      title="Move to KES"
      lead="From a static key in environment files to the same key in KES, without losing access to anything at any moment. Each step is checked against the cluster."
    >
      {away && (
        <Note tone="info" title="MinIO restarts">
          It is away for a moment; this page asks every three seconds and goes on by itself.
        </Note>
      )}
      <ReadView read={{ ...move, error: away ? null : move.error }}>
        {(data) =>
          data.notFor ? (
            <Note tone="info" title="This walk is not for this cluster now">
              {data.notFor}
            </Note>
          ) : (
            <Steps move={data} fresh={!move.error} restarting={away} onRestart={() => setRestarting(true)} />
          )
        }
      </ReadView>
    </Page>
  )
}

const restarted = (move: Move | undefined) => move?.steps.find(({ id }) => id === 'restart')?.face === 'holds'

type StepsProps = {
  move: Move
  /** The last look at the cluster came back. */
  fresh: boolean
  restarting: boolean
  onRestart: () => void
}

function Steps({ move, fresh, restarting, onRestart }: StepsProps) {
  const [proof, setProof] = useState<Proof | null>(null)
  const [chosen, setChosen] = useUrlParam('step')
  const current = move.steps.find(({ face }) => face === 'do' || face === 'danger')?.id
  const open = move.steps.some(({ id }) => id === chosen) ? chosen : current
  return (
    <>
      {!current && (
        <Note tone="good" title="Every step holds">
          MinIO runs on KES, and the key is the one that sealed this cluster’s data.
        </Note>
      )}
      {proof && (
        <section aria-label="Proof" className="rounded-md border border-line bg-surface p-4">
          <ProofResult proof={proof} />
        </section>
      )}
      <ol className="divide-y divide-line rounded-md border border-line bg-surface">
        {move.steps.map((step, index) => (
          <Step
            key={step.id}
            step={step}
            number={index + 1}
            move={move}
            open={step.id === open}
            onToggle={() => setChosen(step.id === open ? null : step.id === current ? null : step.id)}
            restarting={restarting}
            onRestart={onRestart}
            onProof={setProof}
          />
        ))}
      </ol>
      {fresh && (
        <p className="text-sm text-muted">
          Looked at the cluster <Time at={move.checkedAt} />.
        </p>
      )}
    </>
  )
}

type StepProps = StepBodyProps & { number: number; open: boolean; onToggle: () => void }

function Step({ number, open, onToggle, ...body }: StepProps) {
  const { id, title, face, detail, evidence } = body.step
  const current = face === 'do' || face === 'danger'
  return (
    <WalkStep {...{ id, number, title, face, current, open, onToggle }} summary={detail}>
      {face === 'danger' ? (
        <Note tone="critical">{detail}</Note>
      ) : (
        <p className="max-w-[75ch] wrap-anywhere">{detail}</p>
      )}
      {evidence && <p className="text-sm text-muted wrap-anywhere">Known by: {evidence}</p>}
      <StepBody {...body} />
    </WalkStep>
  )
}
