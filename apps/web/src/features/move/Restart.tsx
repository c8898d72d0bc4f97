import { readKms } from '@strongroom/shared/kms'
import { type Move, readMove, restartCluster } from '@strongroom/shared/move'
import { readOverview } from '@strongroom/shared/overview'
import { useState } from 'react'
import { invalidate, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogButtons } from '../../ui/Dialog.tsx'
import { Field } from '../../ui/Field.tsx'
import { Lines } from '../../ui/Text.tsx'

type Props = { move: Move; restarting: boolean; onRestart: () => void }

export function Restart({ move, restarting, onRestart }: Props) {
  const [asking, setAsking] = useState(false)
  if (!move.canRestart) return <Commands />
  return (
    <>
      <p className="text-sm text-muted">
        All nodes restart at once: one by one, each would wait for the others to agree.
      </p>
      <Button look="primary" why={restarting ? 'MinIO restarts now.' : null} onClick={() => setAsking(true)}>
        Restart MinIO
      </Button>
      {asking && <RestartDialog word={move.confirmWord} onClose={() => setAsking(false)} onRestart={onRestart} />}
    </>
  )
}

/** No form: nothing here happens on Enter. */
function RestartDialog({ word, onClose, onRestart }: { word: string; onClose: () => void; onRestart: () => void }) {
  const [typed, setTyped] = useState('')
  const restart = useCall(restartCluster, () => {
    onRestart()
    onClose()
    return invalidate(readMove, readKms, readOverview)
  })
  return (
    <Dialog title="Restart MinIO" onClose={onClose}>
      <p>Requests that run now are cut off, and S3 is away for some seconds. No data is lost; clients try again.</p>
      <Field
        label={`Type “${word}”`}
        name="confirm"
        mono
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        error={restart.error?.fields.get('/confirm')}
      />
      <Lines label="The same from a terminal" lines={['mc admin service restart ALIAS']} />
      <FailureNote failure={restart.error} />
      <DialogButtons>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="danger"
          busy={restart.isPending}
          why={typed === word ? null : 'Type the word first.'}
          onClick={() => restart.mutate({ confirm: typed })}
        >
          Restart MinIO
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

function Commands() {
  return (
    <>
      <p className="text-sm text-muted">
        Restarting from here is switched off. Restart all nodes at the same moment, by whatever starts them:
      </p>
      <Lines label="systemd, on every node at once" lines={['sudo systemctl restart minio']} />
      <Lines label="Docker Compose" lines={['docker compose up -d --force-recreate minio']} />
      <Lines label="Kubernetes" lines={['kubectl delete pod -n NAMESPACE -l app=minio']} />
    </>
  )
}
