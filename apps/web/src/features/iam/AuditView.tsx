import type { IamAudit } from '@strongroom/shared/iam'
import { sealTotal } from '@strongroom/shared/seal'
import { Link } from 'wouter'
import { useUrlParam } from '../../components/use-url-param.ts'
import { counted, duration } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { sealSegments } from '../../lib/seal.ts'
import { Chips } from '../../ui/Chips.tsx'
import { Note } from '../../ui/Note.tsx'
import { SealBar } from '../../ui/Seal.tsx'
import { Facts, HowWeKnow, Lines, Time } from '../../ui/Text.tsx'
import { openedWords } from './opened-words.ts'
import { RootAnswer } from './RootAnswer.tsx'

export function AuditView({ audit }: { audit: IamAudit }) {
  const [seal, setSeal] = useUrlParam('seal')
  const { counts, defaultKey, takenAt, legacyMarker, drives, stale } = audit
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
      <OpenedRow audit={audit} />
      <Kinds audit={audit} />
      <div className="grid gap-x-8 gap-y-4 border-t border-line pt-4 lg:grid-cols-2">
        <div className="space-y-3">
          <AuditFacts audit={audit} />
          <Evidence audit={audit} />
        </div>
        <RootAnswer />
      </div>
      {drives.total !== null && drives.observed < drives.total && (
        <Note tone="warning" title="Not all drives answered">
          What lies on the others is not observed; read the drives again when they are back.
        </Note>
      )}
      {stale > 0 && (
        <Note tone="warning" title={`Some drives hold older copies of ${counted(stale, 'item')}`}>
          They were away while these were saved anew. What sealed an item then may still lie there, plaintext too, for
          whoever gets hold of the drive. Heal them (<code className="font-mono text-xs">mc admin heal</code>), then
          read the drives again.
        </Note>
      )}
      {legacyMarker && (
        <Note tone="info" title="The marker “backend-encrypted” of before 2021 is still there">
          No server ever ran the one-time migration of 2021 on these drives. It is a flag, not an item.
        </Note>
      )}
    </section>
  )
}

/** Whether the items really open: what the header names is one thing, what opens it another. */
function OpenedRow({ audit: { opened } }: { audit: IamAudit }) {
  const [chosen, setChosen] = useUrlParam('opened')
  if (opened === null) return null
  const chips = (['opened', 'no-key', 'failed'] as const).map((id) => ({
    id,
    ...openedWords[id],
    count: opened[id === 'no-key' ? 'noKey' : id],
  }))
  return (
    <Chips
      label="Items by whether they could be opened"
      chips={chips.filter((chip) => chip.count > 0)}
      chosen={chosen}
      onChoose={setChosen}
    />
  )
}

const AuditFacts = ({ audit }: { audit: IamAudit }) => (
  <Facts
    facts={[
      [
        'Read',
        <span key="t">
          <Time at={audit.takenAt} />, in {duration(Math.ceil(audit.tookMs / 1000))}
        </span>,
      ],
      ['Depth', audit.depth === 'names' ? 'Names: what each header says' : 'Opened: each item was really opened'],
      [
        'Drives',
        audit.drives.total === null
          ? `${audit.drives.observed} observed`
          : `${audit.drives.observed} of ${audit.drives.total} observed`,
      ],
      ['To move', `${counted(audit.toMove, 'item')}${audit.defaultKey ? ` to the key ${audit.defaultKey}` : ''}`],
      [
        'Since the last',
        <Link key="c" href={paths.iamCompareWithBefore(audit.id)} className="text-accent hover:underline">
          Compare with the audit before
        </Link>,
      ],
    ]}
  />
)

function Kinds({ audit: { byKind } }: { audit: IamAudit }) {
  const [kind, setKind] = useUrlParam('kind')
  const chips = byKind.map(({ kind: id, counts }) => ({ id, label: id, count: sealTotal(counts) }))
  return <Chips label="Kinds" chips={chips} chosen={kind} onChoose={setKind} />
}

const Evidence = ({ audit: { depth, volume } }: { audit: IamAudit }) => (
  <HowWeKnow>
    <p className="text-muted">
      MinIO sent each item as it lies on each drive (inspect-data); the console put it together from its shards and
      looked at its first bytes. A sealed item names its key there.
      {depth === 'opened' &&
        ' Then KES, the static key or the root credentials on the console’s host opened each data key, and the item with it; what was read was wiped at once.'}
    </p>
    <Lines label="The same from a terminal" lines={[`mc support inspect --airgap "ALIAS/${volume}/config/**"`]} />
  </HowWeKnow>
)
