import { markKey } from '@strongroom/shared/key-deletion'
import { type FormEvent, useRef } from 'react'
import { useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Field, TextArea } from '../../ui/Field.tsx'
import { lookAgain } from './look-again.ts'

export function MarkDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const form = useRef<HTMLFormElement>(null)
  const mark = useCall(markKey, () => {
    toast(`${name} is marked for deletion. It stays usable.`)
    onClose()
    return lookAgain()
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const said = new FormData(form.current!)
    if (mark.isPending) return
    mark.mutate({
      name,
      waitDays: Number(said.get('waitDays')),
      otherClusters: String(said.get('otherClusters')).trim(),
    })
  }
  return (
    <Dialog title={`Mark ${name} for deletion`} onClose={onClose}>
      <p>
        Nothing is lost now, and the mark can be undone: KES is not changed, and the key stays usable. After the waiting
        time the key can be taken into quarantine.
      </p>
      <form ref={form} onSubmit={submit} noValidate className="space-y-4">
        <Field
          label="Days to wait"
          name="waitDays"
          type="number"
          min={1}
          max={365}
          defaultValue={7}
          error={mark.error?.fields.get('/waitDays')}
          hint="Long enough for what runs weekly or monthly to show that it needs the key."
        />
        <TextArea
          label="Other clusters on this KES"
          name="otherClusters"
          rows={3}
          error={mark.error?.fields.get('/otherClusters')}
          hint="Which other clusters use this KES, and how you know that none of them needs the key. A key may have many clusters, and this console sees one. It is kept with your name."
        />
        <FailureNote failure={mark.error} />
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={mark.isPending}>
            Mark for deletion
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
