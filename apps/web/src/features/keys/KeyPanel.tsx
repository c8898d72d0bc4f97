import { proveKey, readKey } from '@strongroom/shared/keys'
import { useQuery } from '@tanstack/react-query'
import { query, useCall } from '../../api/query.ts'
import { FailureNote } from '../../components/FailureNote.tsx'
import { ProofResult } from '../../components/ProofResult.tsx'
import { ReadView } from '../../components/ReadView.tsx'
import { Button } from '../../ui/Button.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { SidePanel } from '../../ui/SidePanel.tsx'
import { Facts, Lines, Time } from '../../ui/Text.tsx'

export function KeyPanel({ name, onClose }: { name: string; onClose: () => void }) {
  const key = useQuery(query(readKey, { name }))
  const prove = useCall(proveKey)
  return (
    <SidePanel title={name} onClose={onClose}>
      <ReadView read={key} height="h-32">
        {(data) => (
          <Facts
            facts={[
              [
                'Use',
                data.isDefault ? (
                  <SealBadge key="u" look="default" label="Default key of MinIO" />
                ) : (
                  'Not the default key'
                ),
              ],
              ['Algorithm', data.algorithm ?? 'not known'],
              ['Made', data.createdAt ? <Time key="t" at={data.createdAt} /> : 'not known'],
              [
                'Made by',
                <span key="b" className="font-mono text-xs">
                  {data.createdBy ?? 'not known'}
                </span>,
              ],
            ]}
          />
        )}
      </ReadView>
      <Lines label="The same from a terminal" lines={[`kes key info ${name}`]} />
      <section aria-label="Proof" className="space-y-3 border-t border-line pt-4">
        <p className="text-sm text-muted">
          Does this key open what the cluster has sealed under its name? Samples are read from the drives; KES is asked
          to open them.
        </p>
        <Button busy={prove.isPending} onClick={() => prove.mutate({ name })}>
          Prove
        </Button>
        <FailureNote failure={prove.error} />
        {prove.data && <ProofResult proof={prove.data} />}
      </section>
    </SidePanel>
  )
}
