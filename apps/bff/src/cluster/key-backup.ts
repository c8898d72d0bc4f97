import type { KeyBackup } from '@strongroom/shared/keys'
import type { Finding } from '@strongroom/shared/overview'
import type { KesKey } from '../kes/keys.ts'
import type { DrilledKey, DrillStore } from './drill-store.ts'
import type { KeyBirth } from './key-birth.ts'
import { clock, plural } from './observed.ts'

/** From what is known of second copies. */
export interface Backups {
  readonly drills: Pick<DrillStore, 'of'>
  /** Key name → when the console last made a sealed copy: see custody/escrow.ts. */
  readonly escrows: ReadonlyMap<string, Date>
}

/** A sealed copy is made a moment before its key, by another clock. */
const BEFORE_MS = 5 * 60_000

/**
 * What is known of a second copy of a key.
 *
 * @param key as KES describes it: a sealed copy that is older belongs to a former key of that name, and so does a drill
 */
export function backupOf(key: Pick<KesKey, 'name' | 'createdAt' | 'createdBy'>, backups: Backups): KeyBackup {
  const { name, createdAt } = key
  const proven = backups.drills.of(name, key)?.proven ?? null
  const escrow = backups.escrows.get(name)
  const former = escrow && createdAt !== null && escrow.getTime() < Date.parse(createdAt) - BEFORE_MS
  return {
    provenAt: proven?.at ?? null,
    drill: proven?.drill ?? null,
    escrowAt: escrow && !former ? escrow.toISOString() : null,
  }
}

/** Beyond these a list of them all says more. */
const TOLD_ALONE = 3

/**
 * Keys that seal something here and of which no second copy was ever shown to work, or of which the last drill failed.
 *
 * @param names of the keys that seal something: those of the latest audit, and the default key
 * @param births of those keys of which KES tells
 */
export function backupFindings(
  names: Iterable<string>,
  births: ReadonlyMap<string, KeyBirth>,
  { drills, escrows }: Backups,
): Finding[] {
  // What was drilled was this very key.
  const of = (name: string) => drills.of(name, births.get(name) ?? null)
  const all = [...new Set(names)].sort()
  const failed = all.filter((name) => isFailure(of(name)?.last.verdict))
  const unproven = all.filter((name) => !failed.includes(name) && of(name) === null)
  return [...failed.map((name) => failedFinding(name, of(name)!.last)), ...unprovenFindings(unproven, escrows)]
}

const isFailure = (verdict: string | undefined) => verdict === 'wrong-material' || verdict === 'key-missing'

function failedFinding(name: string, { at, verdict }: DrilledKey['last']): Finding {
  const what = verdict === 'key-missing' ? 'has no key of this name' : 'has other material under this name'
  return {
    id: `backup-failed-${name}`,
    severity: 'critical',
    title: `The backup of key ${name} did not open this cluster’s data`,
    detail: `At the drill at ${clock(at)} on ${at.slice(0, 10)} the restored KES ${what}. If the keystore is lost now, what this key sealed is lost. Make a new copy of the keystore, restore it elsewhere, and hold a drill again.`,
    action: { label: 'See the drills', href: '/kms/drills' },
  }
}

function unprovenFindings(names: readonly string[], escrows: Backups['escrows']): Finding[] {
  if (names.length === 0) return []
  const cure =
    'If the keystore is lost, everything under it is lost. Restore a copy of the keystore to another KES and hold a drill against it.'
  const action = { label: 'Hold a drill', href: '/kms/drills' }
  if (names.length > TOLD_ALONE) {
    const told = `${names.slice(0, TOLD_ALONE).join(', ')} …`
    const title = `${plural(names.length, 'key')} that seal data here have no proven backup`
    return [{ id: 'no-backup', severity: 'warning', title, detail: `${told} ${cure}`, action }]
  }
  return names.map((name) => ({
    id: `no-backup-${name}`,
    severity: 'warning',
    title: `Key ${name} has no proven backup`,
    detail: `${escrows.has(name) ? 'The console has made a sealed copy of a key of this name; nobody has tried it. ' : ''}${cure}`,
    action,
  }))
}
