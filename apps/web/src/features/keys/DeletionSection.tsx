import { type KeyDeletion, readKeyDeletion } from '@strongroom/shared/key-deletion'
import { useQuery } from '@tanstack/react-query'
import { query } from '../../api/query.ts'
import { ReadView } from '../../components/ReadView.tsx'
import { useUrlParam } from '../../components/use-url-param.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon, type IconName } from '../../ui/Icon.tsx'
import { Note } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'
import { useNow } from '../../ui/use-now.ts'
import { DeletionStepBody } from './DeletionStepBody.tsx'
import {
  currentStep,
  type DeletionFace,
  type DeletionStep,
  type DeletionStepId,
  deletionSteps,
} from './deletion-steps.ts'
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

const faces: Record<DeletionFace, { icon: IconName; word: string; ink: string }> = {
  holds: { icon: 'good', word: 'Holds', ink: 'text-good' },
  do: { icon: 'doing', word: 'Do this', ink: 'text-accent' },
  waiting: { icon: 'waiting', word: 'Waiting', ink: 'text-muted' },
  danger: { icon: 'critical', word: 'Would lose data', ink: 'text-critical' },
}

function Steps({ deletion }: { deletion: KeyDeletion }) {
  const steps = deletionSteps(deletion, useNow())
  const [chosen, setChosen] = useUrlParam('step')
  const current = currentStep(steps)
  const open = steps.some(({ id }) => id === chosen) ? chosen : current
  return (
    <ol className="divide-y divide-line rounded-md border border-line bg-surface">
      {steps.map((step, index) => (
        <Step
          key={step.id}
          step={step}
          number={index + 1}
          deletion={deletion}
          current={step.id === current}
          open={step.id === open}
          onToggle={() => setChosen(step.id === open || step.id === current ? null : step.id)}
        />
      ))}
    </ol>
  )
}

type StepProps = {
  step: DeletionStep
  number: number
  deletion: KeyDeletion
  current: boolean
  open: boolean
  onToggle: () => void
}

function Step({ step, number, deletion, current, open, onToggle }: StepProps) {
  const { icon, word, ink } = faces[step.face]
  return (
    <li aria-current={current ? 'step' : undefined}>
      <h2>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={`step-${step.id}`}
          onClick={onToggle}
          className="flex w-full items-center gap-3 px-4 py-3 text-left hover:bg-sunken"
        >
          <Icon name={icon} size={20} className={ink} />
          <span className="min-w-0 grow font-semibold">
            {number}. {titles[step.id]}
          </span>
          <span className={`shrink-0 text-sm font-medium ${ink}`}>{word}</span>
        </button>
      </h2>
      {open && (
        <section id={`step-${step.id}`} aria-label={titles[step.id]} className="space-y-4 px-4 pb-5 sm:pl-12">
          {current && <InTheWay deletion={deletion} />}
          <DeletionStepBody step={step} current={current} deletion={deletion} />
        </section>
      )}
    </li>
  )
}

/** What would cost data stands apart from what time, an act, or another look settles. */
function InTheWay({ deletion: { blockers, losses } }: { deletion: KeyDeletion }) {
  const waits = blockers.filter((blocker) => !losses.includes(blocker))
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

const Sentences = ({ list }: { list: readonly string[] }) => (
  <ul className="mt-1 list-disc space-y-1 pl-4">
    {list.map((sentence) => (
      <li key={sentence}>{sentence}</li>
    ))}
  </ul>
)
