import { type KeyDeletion, unmarkKey } from '@strongroom/shared/key-deletion'
import { useDenied } from '../../api/capabilities.ts'
import { useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { Button } from '../../ui/Button.tsx'
import { lookAgain } from './look-again.ts'

/** Nothing is lost by it but the time that was waited, so it asks nothing. */
export function UndoButton({ deletion: { name, stage } }: { deletion: KeyDeletion }) {
  const undo = useCall(unmarkKey, () => {
    toast(
      stage === 'quarantined'
        ? `${name} is out of quarantine here; take the deny lines out of KES’s policies.`
        : `${name} is no longer marked.`,
    )
    return lookAgain()
  })
  return (
    <div className="space-y-2">
      <Button busy={undo.isPending} why={useDenied('deleteKeys')} onClick={() => undo.mutate({ name })}>
        {stage === 'quarantined' ? 'Undo quarantine and mark' : 'Undo the mark'}
      </Button>
      {stage === 'quarantined' && (
        <p className="max-w-[75ch] text-sm text-muted">
          KES goes on denying the key until the lines are taken out of its policies and it has read them anew.
        </p>
      )}
      <FailureNote failure={undo.error} />
    </div>
  )
}
