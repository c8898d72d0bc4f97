import type { IamAudit } from '@strongroom/shared/iam'
import { sealTotal } from '@strongroom/shared/seal'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted } from '../../lib/format.ts'
import { sealSegments } from '../../lib/seal.ts'
import { Note } from '../../ui/Note.tsx'
import { SealBar } from '../../ui/Seal.tsx'
import { Facts, HowWeKnow, Lines, Time } from '../../ui/Text.tsx'

export function AuditView({ audit }: { audit: IamAudit }) {
  const [seal, setSeal] = useUrlParam('seal')
  const { counts, defaultKey, takenAt, drives, toMove, legacyMarker } = audit
  return (
    <section aria-label="Audit" className="space-y-4 rounded-md border border-line bg-surface p-4">
      <SealBar
        caption="IAM and config items by what seals them"
        noun="item"
        segments={sealSegments(counts, defaultKey)}
        readAt={takenAt}
        selected={seal || null}
        onSelect={setSeal}
      />
      <div className="grid gap-4 lg:grid-cols-2">
        <Facts
          facts={[
            ['Read', <Time key="t" at={takenAt} />],
            [
              'Drives',
              drives.total === null ? `${drives.observed} observed` : `${drives.observed} of ${drives.total} observed`,
            ],
            ['To move', `${counted(toMove, 'item')}${defaultKey ? ` to the key ${defaultKey}` : ''}`],
          ]}
        />
        <Kinds audit={audit} />
      </div>
      {drives.total !== null && drives.observed < drives.total && (
        <Note tone="warning" title="Not all drives answered">
          What lies on the others is not observed; read the drives again when they are back.
        </Note>
      )}
      {legacyMarker && (
        <Note tone="info" title="The marker “backend-encrypted” of before 2021 is still there">
          No server ever ran the one-time migration of 2021 on these drives. It is a flag, not an item.
        </Note>
      )}
      <HowWeKnow>
        <p className="text-muted">
          MinIO sent each item as it lies on each drive (inspect-data); the console put it together from its shards and
          looked at its first bytes. A sealed item names its key there.
        </p>
        <Lines label="The same from a terminal" lines={['mc support inspect --airgap "ALIAS/.minio.sys/config/**"']} />
      </HowWeKnow>
    </section>
  )
}

/** Per kind, and a kind is a filter of the table below. */
function Kinds({ audit: { byKind } }: { audit: IamAudit }) {
  const [kind, setKind] = useUrlParam('kind')
  return (
    <ul aria-label="Kinds" className="flex flex-wrap content-start gap-1">
      {byKind.map(({ kind: each, counts }) => (
        <li key={each}>
          <button
            type="button"
            aria-pressed={kind === each}
            onClick={() => setKind(kind === each ? null : each)}
            className="inline-flex min-h-7 items-center gap-2 rounded-md border border-line px-2 text-sm hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft pointer-coarse:min-h-11"
          >
            {each} <span className="font-semibold">{count(sealTotal(counts))}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
