import type { ReactNode } from 'react'
import type { ApiFailure } from '../../api/failure.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Lines } from '../../ui/Text.tsx'
import type { BulkAct, PlanStep } from './bulk-plan.ts'
import { PlanView } from './PlanView.tsx'

type Props = {
  title: string
  /** What is lost, or what it means, in its first sentence. */
  lead: ReactNode
  kind: BulkAct['kind']
  steps: readonly PlanStep[]
  lines: readonly string[]
  /** What is chosen or typed. */
  children?: ReactNode
  /** The button, named after the act. */
  word: string
  danger?: boolean
  why: string | null
  busy: boolean
  failure: ApiFailure | null
  onStart: () => void
  onClose: () => void
}

/** An act on many buckets before it is started. Nothing here happens on Enter. */
export const BulkFrame = (props: Props) => (
  <Dialog wide title={props.title} onClose={props.onClose}>
    <div tabIndex={-1} data-focus="" className="outline-none">
      {props.lead}
    </div>
    {props.children}
    <PlanView steps={props.steps} kind={props.kind} />
    {props.lines.length > 0 && (
      <div className="[&_pre]:max-h-32 [&_pre]:overflow-y-auto">
        <Lines label="The same from a terminal" lines={props.lines} />
      </div>
    )}
    <FailureNote failure={props.failure} />
    <DialogButtons>
      <Button onClick={props.onClose}>Cancel</Button>
      <Button
        look={props.danger ? 'danger' : 'primary'}
        busy={props.busy}
        why={props.why}
        onClick={props.onStart}
        className="text-left whitespace-normal!"
      >
        {props.word}
      </Button>
    </DialogButtons>
  </Dialog>
)
