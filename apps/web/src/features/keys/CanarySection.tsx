import { dropCanary, type KeyCanary, keepCanary } from '@strongroom/shared/keys'
import { useState } from 'react'
import { useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { toast } from '../../components/toast.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Note } from '../../ui/Note.tsx'
import { Facts, Moment } from '../../ui/Text.tsx'
import { canaryLooks } from './key-words.ts'
import { lookAgain } from './look-again.ts'
import { State } from './State.tsx'

/** What the console seals and opens on a schedule, so that replaced material is not found by a failing restart. */
export function CanarySection({ name, canary }: { name: string; canary: KeyCanary | null }) {
  const [asking, setAsking] = useState<'anew' | 'stop' | null>(null)
  const keep = useCall(keepCanary, () => {
    toast(`A canary is kept for ${name}.`)
    return lookAgain()
  })
  return (
    <section aria-label="Canary" className="space-y-4">
      <p className="max-w-[75ch] text-sm text-muted">
        A canary is a data key that KES seals under this key for the console, which has KES open it again on a schedule.
        It shows at once that the material was replaced or lost. It says nothing about how MinIO gets at the key, and
        the opened data key is dropped each time.
      </p>
      {canary ? <Kept canary={canary} /> : <p>The console keeps no canary for this key.</p>}
      {canary && trouble(canary.state)}
      <FailureNote failure={keep.error} />
      <div className="flex flex-wrap gap-2">
        {canary ? (
          <>
            <Button onClick={() => setAsking('anew')}>Seal anew</Button>
            <Button look="quiet" onClick={() => setAsking('stop')}>
              Stop the canary
            </Button>
          </>
        ) : (
          <Button look="primary" busy={keep.isPending} onClick={() => keep.mutate({ name })}>
            Keep a canary
          </Button>
        )}
      </div>
      {asking === 'anew' && canary && <AnewDialog name={name} canary={canary} onClose={() => setAsking(null)} />}
      {asking === 'stop' && <StopDialog name={name} onClose={() => setAsking(null)} />}
    </section>
  )
}

const Kept = ({ canary: { state, sealedAt, since, checkedAt, detail } }: { canary: KeyCanary }) => (
  <>
    <Facts
      facts={[
        ['State', <State key="s" look={canaryLooks[state]} />],
        ['Since', <Moment key="i" at={since} />],
        ['Sealed', <Moment key="a" at={sealedAt} />],
        ['Last tried', <Moment key="c" at={checkedAt} />],
      ]}
    />
    <p className="max-w-[75ch] text-sm wrap-anywhere">{detail}</p>
  </>
)

function trouble(state: KeyCanary['state']) {
  if (state === 'replaced')
    return (
      <Note tone="critical" title="Do not restart MinIO, and do not seal the canary anew">
        KES has other material under this name than when the canary was sealed. What MinIO sealed before does not open
        with it. Prove the key, and put the former material back from a backup of the keystore or from its source.
      </Note>
    )
  if (state === 'missing')
    return (
      <Note tone="critical" title="Do not restart MinIO, and do not create the key again">
        A new key of this name would have other material. Put the former one back: from a backup of the keystore, or by
        importing it from its source.
      </Note>
    )
  return null
}

/** A canary that no longer opens is evidence: sealing it anew would make the trouble look healed. */
function AnewDialog({ name, canary, onClose }: { name: string; canary: KeyCanary; onClose: () => void }) {
  const keep = useCall(keepCanary, () => {
    toast(`The canary of ${name} is sealed anew.`)
    onClose()
    return lookAgain()
  })
  const evidence = canary.state === 'replaced' || canary.state === 'missing'
  return (
    <Dialog title={`Seal the canary of ${name} anew`} onClose={onClose}>
      {evidence ? (
        <Note tone="critical" title="The canary that shows the trouble is lost by this, and can’t be brought back.">
          The new one opens with the material that KES has now, right or wrong. Do it only after the key is proven.
        </Note>
      ) : (
        <p>
          The canary there is now is dropped, and KES seals a new one under the material it has now. No data changes.
        </p>
      )}
      <FailureNote failure={keep.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button look={evidence ? 'danger' : 'primary'} busy={keep.isPending} onClick={() => keep.mutate({ name })}>
          Seal anew
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

function StopDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const drop = useCall(dropCanary, () => {
    toast(`No canary is kept for ${name} any more.`)
    onClose()
    return lookAgain()
  })
  return (
    <Dialog title={`Stop the canary of ${name}`} onClose={onClose}>
      <p>
        From then on nobody is told when the material of this key is replaced or lost. Another canary can be sealed
        later, but only under the material that KES has then.
      </p>
      <FailureNote failure={drop.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" busy={drop.isPending} onClick={() => drop.mutate({ name })}>
          Stop the canary
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
