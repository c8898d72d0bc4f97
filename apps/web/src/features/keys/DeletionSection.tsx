import { type KeyDeletion, readKeyDeletion } from '@strongroom/shared/key-deletion'
import { useQuery } from '@tanstack/react-query'
import { query } from '../../api/query.ts'
import { ReadView } from '../../components/ReadView.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { WalkStep } from '../../components/WalkStep.tsx'
import { counted } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'
import { useNow } from '../../ui/use-now.ts'
import { DeletionStepBody } from './DeletionStepBody.tsx'
import { currentStep, type DeletionStepId, deletionSteps } from './deletion-steps.ts'
import { UndoButton } from './UndoButton.tsx'

/** Each look goes through the cluster, its objects too. */
const KNOWN_MS = 60_000

/** The staged way to a deletion: each stage can be undone but the last. */
export function DeletionSection({ name }: { name: string }) {
  const deletion = useQuery({ ...query(readKeyDeletion, { name }), staleTime: KNOWN_MS })
  return (
    <section aria-label="Deletion" className="space-y-4">
      <p className="max-w-[75ch] text-sm text-muted">
        KES deletes at once and has no way back, so the way there is long: the key is marked, time goes by, the policies
        of KES deny its use, and only then it is deleted. Each stage but the last can be undone.
      </p>
      <ReadView read={deletion}>
        {(data) => (
          <>
            <Steps deletion={data} />
            {data.stage !== null && <UndoButton deletion={data} />}
            <div className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm text-muted">
              <Button busy={deletion.isFetching} onClick={() => void deletion.refetch()}>
                Look again
              </Button>
              <p>
                Looked at KES and the cluster <Time at={data.checkedAt} />.
              </p>
            </div>
          </>
        )}
      </ReadView>
    </section>
  )
}

const titles: Record<DeletionStepId, string> = {
  mark: 'Mark the key for deletion',
  wait: 'Wait while the key still works',
  quarantine: 'Quarantine: KES denies its use',
  delete: 'Delete the key for good',
}

function Steps({ deletion }: { deletion: KeyDeletion }) {
  const steps = deletionSteps(deletion, useNow())
  const [chosen, setChosen] = useUrlParam('step')
  const current = currentStep(steps)
  const open = steps.some(({ id }) => id === chosen) ? chosen : current
  return (
    <ol className="divide-y divide-line rounded-md border border-line bg-surface">
      {steps.map((step, index) => (
        <WalkStep
          key={step.id}
          id={step.id}
          number={index + 1}
          title={titles[step.id]}
          face={step.face}
          current={step.id === current}
          open={step.id === open}
          onToggle={() => setChosen(step.id === open || step.id === current ? null : step.id)}
        >
          {step.id === current && <InTheWay deletion={deletion} step={step.id} />}
          <DeletionStepBody step={step} current={step.id === current} deletion={deletion} />
        </WalkStep>
      ))}
    </ol>
  )
}

/** What would cost data stands apart from what time, an act, or another look settles. */
function InTheWay({ deletion, step }: { deletion: KeyDeletion; step: DeletionStepId }) {
  const { losses } = deletion
  const waits = step === 'wait' ? [] : waitsOf(deletion)
  return (
    <>
      {losses.length > 0 && (
        <Note tone="critical" title="Would lose data">
          <Sentences list={losses} />
        </Note>
      )}
      {waits.length > 0 && (
        <Note tone="warning" title="Waiting for">
          <Sentences list={waits} />
        </Note>
      )}
    </>
  )
}

/** Checks of the rehearsal are told in its list. While the key waits, what its quarantine will want is not asked for yet. */
function waitsOf({ blockers, losses, rehearsal }: KeyDeletion) {
  const waits = blockers.filter((blocker) => !losses.includes(blocker))
  const others = waits.filter((wait) => !rehearsal.some(({ title }) => wait.startsWith(`${title}: `)))
  const unmet = waits.length - others.length
  if (unmet === 0) return others
  return [...others, `${counted(unmet, 'check')} of the rehearsal below ${unmet === 1 ? 'does' : 'do'} not hold yet.`]
}

const Sentences = ({ list }: { list: readonly string[] }) => (
  <ul className="mt-1 list-disc space-y-1 pl-4">
    {list.map((sentence) => (
      <li key={sentence}>{sentence}</li>
    ))}
  </ul>
)
