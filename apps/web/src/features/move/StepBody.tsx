import { importKey, listKeys, proveKey } from '@strongroom/shared/keys'
import { readKms } from '@strongroom/shared/kms'
import { applyMove, type Move, type MoveStep, readMove } from '@strongroom/shared/move'
import { readOverview } from '@strongroom/shared/overview'
import { Link } from 'wouter'
import { useDenied } from '../../api/capabilities.ts'
import { invalidate, query, queryClient, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import type { Proof } from '../../components/ProofResult.tsx'
import { paths } from '../../lib/paths.ts'
import { Button, buttonClass } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { Facts, Lines } from '../../ui/Text.tsx'
import { Restart } from './Restart.tsx'

const lookAgain = () => invalidate(readMove, readKms, listKeys, readOverview)

export type StepBodyProps = {
  step: MoveStep
  move: Move
  restarting: boolean
  onRestart: () => void
  /** The page shows it, since the step it comes from closes when it holds. */
  onProof: (proof: Proof) => void
}

/** What to do in a step. A step that waits, holds or would lose data has nothing to press but its proof. */
export function StepBody({ step: { id, face }, move, restarting, onRestart, onProof }: StepBodyProps) {
  if (id === 'proof') return face === 'waiting' ? null : <Prove move={move} onProof={onProof} />
  if (id === 'lines') return <EnvLines move={move} face={face} />
  if (face === 'waiting' || face === 'danger') return null
  if (id === 'kes') return <Go href={paths.kms} word="Show KMS" />
  if (id === 'import') return <Import move={move} done={face === 'holds'} onProof={onProof} />
  if (id === 'restart')
    return face === 'holds' ? (
      <Go href={paths.kms} word="Show KMS" />
    ) : (
      <Restart move={move} restarting={restarting} onRestart={onRestart} />
    )
  return <Go href={paths.iam} word="IAM migration" primary={face === 'do'} />
}

const Go = ({ href, word, primary = false }: { href: string; word: string; primary?: boolean }) => (
  <Link href={href} className={buttonClass(primary ? 'primary' : 'plain')}>
    {word}
  </Link>
)

function Import({
  move: { keyName, sourceId, fingerprint },
  done,
  onProof,
}: {
  move: Move
  done: boolean
  onProof: (proof: Proof) => void
}) {
  const denied = useDenied('importKeys')
  const run = useCall(importKey, ({ proof }) => {
    onProof(proof)
    return lookAgain()
  })
  const start = () =>
    keyName !== null && sourceId !== null && run.mutate({ name: keyName, source: { kind: 'server', id: sourceId } })
  const why =
    denied ??
    (sourceId === null || keyName === null
      ? 'The console’s host does not have the static key. Name its place in STRONGROOM_KEY_SOURCES or STRONGROOM_ENV_FILE.'
      : null)
  return (
    <>
      <Facts
        facts={[
          [
            'Key name',
            <span key="k" className="font-mono text-xs">
              {keyName ?? 'not known'}
            </span>,
          ],
          [
            'Fingerprint',
            <span key="f" className="font-mono text-xs">
              {fingerprint ?? 'not known'}
            </span>,
          ],
        ]}
      />
      {!done && (
        <Button look="primary" busy={run.isPending} why={why} onClick={start}>
          Import key
        </Button>
      )}
      <FailureNote failure={run.error} />
    </>
  )
}

function Prove({ move: { keyName }, onProof }: { move: Move; onProof: (proof: Proof) => void }) {
  const prove = useCall(proveKey, (proof) => {
    onProof(proof)
    return lookAgain()
  })
  return (
    <>
      <Button
        look="primary"
        busy={prove.isPending}
        why={keyName === null ? 'The key’s name is not known.' : null}
        onClick={() => keyName !== null && prove.mutate({ name: keyName })}
      >
        Prove
      </Button>
      <FailureNote failure={prove.error} />
    </>
  )
}

function EnvLines({ move, face }: { move: Move; face: MoveStep['face'] }) {
  const apply = useCall(applyMove, (next) => {
    queryClient.setQueryData(query(readMove, {}).queryKey, next)
    return lookAgain()
  })
  if (move.lines === null)
    return (
      <p className="text-sm text-muted">
        The lines are shown once the key is proven: with them too early, MinIO would make a key of its own.
      </p>
    )
  return (
    <>
      <Lines
        label="For the env file of each node"
        lines={move.lines}
        note="Keep the empty MINIO_KMS_SECRET_KEY= line: without it a restart keeps the old value, and MinIO stops at its start."
      />
      {move.applied && <Note tone="good" title="The env file says these lines" />}
      {face !== 'waiting' && move.canApply && !move.applied && (
        <Button look="primary" busy={apply.isPending} onClick={() => apply.mutate({})}>
          Write the lines
        </Button>
      )}
      {!move.canApply && !move.applied && (
        <p className="text-sm text-muted">
          Put them into the env file of every node, all nodes alike. This page sees it when it is done.
        </p>
      )}
      <FailureNote failure={apply.error} />
    </>
  )
}
