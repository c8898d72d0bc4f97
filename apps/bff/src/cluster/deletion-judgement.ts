import type { KeyDeletion, KeyUse, RehearsalCheck } from '@strongroom/shared/key-deletion'
import type { DeletionStage, KeyName } from '@strongroom/shared/keys'
import type { Kms } from '@strongroom/shared/kms'
import { denials } from './kes-denial.ts'
import type { MarkedKey } from './key-deletions.ts'
import { inTheWay, reasonOf, reasonsOf, type SeenUsage } from './key-usage.ts'
import { blockerOf, type MinioOnKey, type Rehearsed, rehearse } from './rehearsal.ts'

/** So long a key must have been denied before it may be deleted: a day's work and its nightly jobs have missed nothing. */
export const QUARANTINE_MS = 24 * 60 * 60_000

export interface DeletionGround {
  readonly name: KeyName
  readonly marked: MarkedKey | null
  /** Null: KES has no such key. */
  readonly key: { readonly createdAt: string | null } | null
  readonly seen: SeenUsage
  readonly refused: MinioOnKey
  readonly kms: Kms
  /** Whether the console was given a KES identity for deletion. */
  readonly deletionIdentity: boolean
  /** What the waiting times are measured by. */
  readonly now: Date
}

/** What has been done, what comes next, and what is in its way. */
export function judgeDeletion(ground: DeletionGround): KeyDeletion {
  const { name, marked, seen } = ground
  const stage = stageOf(marked)
  const rehearsed = marked === null ? NOTHING : rehearse({ ...ground, policies: seen.policies })
  const blocks = blocksOf(ground, stage, rehearsed)
  return {
    name,
    stage,
    markedAt: marked?.markedAt ?? null,
    markedBy: marked?.markedBy ?? null,
    waitUntil: marked?.waitUntil ?? null,
    quarantinedAt: marked?.quarantinedAt ?? null,
    quarantinedBy: marked?.quarantinedBy ?? null,
    deleteAfter: deleteAfter(marked),
    otherClusters: marked?.otherClusters ?? null,
    policies: seen.policies && denials(seen.policies, name),
    rehearsal: marked === null ? [] : [...rehearsed.denied, ...rehearsed.starts, ...placesOf(seen.usage.uses)],
    blockers: blocks.map(({ text }) => text),
    losses: blocks.filter(({ loses }) => loses).map(({ text }) => text),
    next: nextOf(ground, stage),
    checkedAt: seen.usage.checkedAt,
  }
}

const NOTHING: Rehearsed = { denied: [], starts: [] }

const stageOf = (marked: MarkedKey | null): DeletionStage | null =>
  marked && (marked.quarantinedAt === null ? 'marked' : 'quarantined')

function nextOf({ key }: DeletionGround, stage: DeletionStage | null): KeyDeletion['next'] {
  if (key === null) return null
  return stage === null ? 'mark' : stage === 'marked' ? 'quarantine' : 'delete'
}

/** Two checks of the rehearsal are places that are looked at in any case, and are told as such where they are in the way. */
function placesOf(uses: readonly KeyUse[]): RehearsalCheck[] {
  const check = (title: string, places: readonly KeyUse['place'][]): RehearsalCheck => {
    const found = uses.filter(({ place }) => places.includes(place))
    const bad = found.filter(inTheWay)
    const holds = bad.length === 0 ? true : bad.some(({ verdict }) => verdict === 'in-use') ? false : null
    return {
      title,
      holds,
      detail: [...new Set((bad.length === 0 ? found : bad).map(({ detail }) => detail))].join(' '),
    }
  }
  const read: KeyUse['place'][] = ['iam-items', 'bucket-targets', 'tiers', 'config-history']
  return [
    check('Every node runs on another default key', ['server-default']),
    check('Nothing on the drives that MinIO reads for itself is under it', read),
  ]
}

/** One thing in the way of the next stage. */
interface Block {
  readonly text: string
  /** It is known that going on would cost data. */
  readonly loses: boolean
}

const waits = (text: string): Block => ({ text, loses: false })
const loses = (text: string): Block => ({ text, loses: true })

function blocksOf(ground: DeletionGround, stage: DeletionStage | null, { denied, starts }: Rehearsed): Block[] {
  const { marked, key, seen } = ground
  if (key === null) return [waits('KES has no key of this name any more. Undo the mark.')]
  const used = seen.usage.uses.filter(({ verdict }) => verdict === 'in-use').map((use) => loses(reasonOf(use)))
  // A mark changes nothing yet, and the waiting time is there to find out what is not known.
  if (marked === null) return used
  const unseen = seen.usage.uses.filter((use) => inTheWay(use) && use.verdict !== 'in-use')
  return [
    ...waiting(ground, marked).map(waits),
    ...(key.createdAt === marked.keyCreatedAt ? [] : [loses(MADE_ANEW)]),
    ...used,
    ...reasonsOf(unseen).map(waits),
    // That KES still allows a marked key is work to do; one in quarantine somebody may have begun to use again.
    ...failing(denied, stage === 'quarantined'),
    ...failing(starts, true),
    ...(stage === 'quarantined' && !ground.deletionIdentity ? [waits(NO_IDENTITY)] : []),
  ]
}

const failing = (checks: readonly RehearsalCheck[], costly: boolean): Block[] =>
  checks
    .filter(({ holds }) => holds !== true)
    .map((check) => ({ text: blockerOf(check), loses: costly && check.holds === false }))

const MADE_ANEW =
  'The key was made anew under this name after it was marked. Undo, and mark the new one if that is meant.'

const NO_IDENTITY =
  'The console has no KES identity for deletion. Give it one for this act alone: STRONGROOM_KES_DELETE_CERT_FILE and STRONGROOM_KES_DELETE_KEY_FILE.'

function deleteAfter(marked: MarkedKey | null): string | null {
  const since = marked?.quarantinedAt ?? null
  return since === null ? null : new Date(Date.parse(since) + QUARANTINE_MS).toISOString()
}

function waiting({ now }: DeletionGround, marked: MarkedKey): string[] {
  const { waitUntil, quarantinedAt } = marked
  const until = deleteAfter(marked) ?? waitUntil
  if (now.getTime() >= Date.parse(until)) return []
  const moment = `${until.slice(0, 16).replace('T', ' ')} UTC`
  return [
    quarantinedAt === null
      ? `The waiting time ends on ${moment}.`
      : `A quarantine lasts a day at least: the key may be deleted from ${moment} on.`,
  ]
}
