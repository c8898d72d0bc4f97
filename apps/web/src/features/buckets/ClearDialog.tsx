import { type Bucket, clearBucketEncryption, listBuckets, readBucket } from '@strongroom/shared/buckets'
import { readOverview } from '@strongroom/shared/overview'
import { useState } from 'react'
import { invalidate, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Lines } from '../../ui/Text.tsx'
import { losesWords } from './bulk-words.ts'
import { ConfirmField } from './ConfirmField.tsx'
import { useKnown } from './use-known.ts'

/** No form: nothing here happens on Enter. */
export function ClearDialog({ bucket: { name }, onClose }: { bucket: Bucket; onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const { autoEncryption } = useKnown()
  const clear = useCall(clearBucketEncryption, () => {
    void invalidate(listBuckets, readBucket, readOverview)
    toast(`${name}: the default encryption is cleared.`)
    onClose()
  })
  return (
    <Dialog title={`Clear encryption of ${name}`} onClose={onClose}>
      <p className="font-medium">The bucket loses its default encryption: {losesWords(autoEncryption)}</p>
      <p className="text-muted">
        It can be set again; what is written in between stays as it was written. Objects that are sealed now stay
        sealed, and their key is still needed.
      </p>
      <ConfirmField word={name} one value={typed} onChange={setTyped} />
      <Lines label="The same from a terminal" lines={[`mc encrypt clear ALIAS/${name}`]} />
      <FailureNote failure={clear.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="danger"
          busy={clear.isPending}
          why={typed === name ? null : 'Type the name first.'}
          onClick={() => clear.mutate({ bucket: name })}
        >
          Clear encryption
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
