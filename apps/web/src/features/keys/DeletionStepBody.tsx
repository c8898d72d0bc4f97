import { type KeyDeletion, quarantineKey } from '@strongroom/shared/key-deletion'
import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { useDenied } from '../../api/capabilities.ts'
import { useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { Facts, Moment, Time } from '../../ui/Text.tsx'
import { DeleteDialog } from './DeleteDialog.tsx'
import type { DeletionFace, DeletionStep } from './deletion-steps.ts'
import { useKeyUrls } from './key-url.ts'
import { lookAgain } from './look-again.ts'
import { MarkDialog } from './MarkDialog.tsx'
import { Policies } from './Policies.tsx'
import { Rehearsal } from './Rehearsal.tsx'

type BodyProps = { deletion: KeyDeletion; face: DeletionFace; current: boolean }

type Props = { step: DeletionStep; deletion: KeyDeletion; current: boolean }

export function DeletionStepBody({ step: { id, face }, deletion, current }: Props) {
  if (id === 'mark') return <Mark deletion={deletion} face={face} current={current} />
  if (id === 'wait') return <Wait deletion={deletion} face={face} />
  if (id === 'quarantine') return <Quarantine deletion={deletion} face={face} current={current} />
  return <Delete deletion={deletion} current={current} />
}

/** Why the act of a step can't be done now, shown beside its button. */
function useWhyNot({ deletion: { blockers }, current }: Omit<BodyProps, 'face'>): string | null {
  const denied = useDenied('deleteKeys')
  if (denied) return denied
  if (!current) return 'The earlier steps come first.'
  return blockers.length > 0 ? 'What is in the way comes first; it is listed above.' : null
}

const Words = ({ children }: { children: ReactNode }) => <p className="max-w-[75ch]">{children}</p>

function Mark({ deletion, face, current }: BodyProps) {
  const [asking, setAsking] = useState(false)
  const urls = useKeyUrls(deletion.name)
  const why = useWhyNot({ deletion, current })
  if (face === 'holds')
    return (
      <Facts
        facts={[
          ['Marked', deletion.markedAt ? <Moment key="m" at={deletion.markedAt} /> : 'not known'],
          ['By', deletion.markedBy ?? 'not known'],
          ...(deletion.otherClusters
            ? ([['Other clusters', `“${deletion.otherClusters.statement}”, ${deletion.otherClusters.by}`]] as const)
            : []),
        ]}
      />
    )
  return (
    <>
      <Words>
        A mark changes nothing in KES: the key stays usable. Whatever still needs it becomes a finding on Overview until
        it is moved to another key.
      </Words>
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" why={why} onClick={() => setAsking(true)}>
          Mark for deletion
        </Button>
        <Link href={urls.tab('usage')} className={buttonClass('quiet')}>
          Where it is used
        </Link>
      </div>
      {asking && <MarkDialog name={deletion.name} onClose={() => setAsking(false)} />}
    </>
  )
}

function Wait({ deletion: { stage, waitUntil }, face }: Omit<BodyProps, 'current'>) {
  if (stage === null || waitUntil === null) return <Words>Waiting for step 1: the time begins with the mark.</Words>
  if (face === 'holds')
    return (
      <Words>
        The waiting time ended <Time at={waitUntil} />.
      </Words>
    )
  return (
    <Words>
      The waiting time ends <Time at={waitUntil} />. The key works until then, so that whatever was overlooked shows as
      a finding and not as lost data. There is nothing to do here.
    </Words>
  )
}

function Quarantine({ deletion, face, current }: BodyProps) {
  const why = useWhyNot({ deletion, current })
  const take = useCall(quarantineKey, () => {
    toast(`${deletion.name} is in quarantine.`)
    return lookAgain()
  })
  return (
    <>
      <Words>
        In quarantine KES denies the key to everybody, and the key is still there: what breaks now is mended by taking
        the lines out again.
      </Words>
      {deletion.quarantinedAt && (
        <Facts
          facts={[
            ['In quarantine', <Moment key="q" at={deletion.quarantinedAt} />],
            ['By', deletion.quarantinedBy ?? 'not known'],
          ]}
        />
      )}
      <Policies policies={deletion.policies} />
      <Rehearsal checks={deletion.rehearsal} />
      <FailureNote failure={take.error} />
      {face !== 'holds' && (
        <Button look="primary" why={why} busy={take.isPending} onClick={() => take.mutate({ name: deletion.name })}>
          Take into quarantine
        </Button>
      )}
    </>
  )
}

function Delete({ deletion, current }: Omit<BodyProps, 'face'>) {
  const [asking, setAsking] = useState(false)
  const why = useWhyNot({ deletion, current })
  return (
    <>
      <Words>
        There is no undo after this step: KES keeps no copy, and a key made anew under the same name has other material.
        Data that was missed on the way here can never be read again.
      </Words>
      <Button
        look="danger"
        className="text-left whitespace-normal! wrap-anywhere"
        why={why}
        onClick={() => setAsking(true)}
      >
        Delete key {deletion.name}
      </Button>
      {asking && <DeleteDialog deletion={deletion} onClose={() => setAsking(false)} />}
    </>
  )
}
