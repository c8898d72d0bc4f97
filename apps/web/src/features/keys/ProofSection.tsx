import { type KeyDetails, listKeys, proveKey, readKey } from '@strongroom/shared/keys'
import { readOverview } from '@strongroom/shared/overview'
import { invalidate, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { ProofResult } from '../../components/ProofResult.tsx'
import { Button } from '../../ui/Button.tsx'
import { Lines, Time } from '../../ui/Text.tsx'
import { keyLines } from './key-lines.ts'

export function ProofSection({ name, provenAt }: { name: string; provenAt: KeyDetails['provenAt'] | undefined }) {
  const prove = useCall(proveKey, () => invalidate(readKey, listKeys, readOverview))
  return (
    <section aria-label="Proof" className="space-y-3">
      <p className="max-w-[75ch] text-sm text-muted">
        Does this key open what the cluster has sealed under its name? Samples are read from the drives; KES is asked to
        open them. Nothing is written.
      </p>
      <div className="flex flex-wrap items-center gap-3">
        <Button busy={prove.isPending} onClick={() => prove.mutate({ name })}>
          Prove
        </Button>
        {provenAt && (
          <p className="text-sm text-muted">
            Last proven <Time at={provenAt} />.
          </p>
        )}
        {provenAt === null && <p className="text-sm text-muted">It has not been proven yet.</p>}
      </div>
      <FailureNote failure={prove.error} />
      {prove.data && <ProofResult proof={prove.data} />}
      {!prove.data && (
        <Lines
          label="MinIO’s own round trip from a terminal; it does not open what was sealed before"
          lines={keyLines.prove(name)}
        />
      )}
    </section>
  )
}
