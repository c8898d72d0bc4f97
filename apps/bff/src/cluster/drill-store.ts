import { join } from 'node:path'
import { Drill } from '@strongroom/shared/drills'
import * as z from 'zod/mini'
import type { RecordSeal } from '../custody/record-seal.ts'
import type { ClusterSeen } from './cluster-seen.ts'
import { KeyBirth, sameBirth } from './key-birth.ts'
import { RecordFolder } from './record-folder.ts'

const KEPT = 100

type Verdict = Drill['byKey'][number]['verdict']

/** What the drills say of one key. */
export interface DrilledKey {
  /** The newest drill in which the backup opened data keys under this name; null: none ever did. */
  readonly proven: { readonly at: string; readonly drill: string } | null
  /** What the newest drill that had something to open under this name found. */
  readonly last: { readonly at: string; readonly drill: string; readonly verdict: Verdict }
}

/**
 * `births`: of the keys as the cluster's own KES had them then, by name, where it told. `cluster`: whose data keys were to be
 * opened; see cluster-seen.ts.
 */
const Kept = z.extend(Drill, { births: z.record(z.string(), KeyBirth), cluster: z.string() })
type Kept = z.infer<typeof Kept>

/** What one drill found of one key. */
interface Found {
  readonly kept: Kept
  readonly verdict: Verdict
}

/** The drills that were held, kept over restarts. */
export class DrillStore {
  readonly #folder: RecordFolder<typeof Kept>
  readonly #cluster: Pick<ClusterSeen, 'id'>
  /** Newest first. */
  #drills: readonly Kept[] = []
  /** The same by key: an overview asks for each key there is. */
  #byKey: ReadonlyMap<string, readonly Found[]> = new Map()

  constructor(stateDir: string, cluster: Pick<ClusterSeen, 'id'>, seal: RecordSeal) {
    this.#cluster = cluster
    this.#folder = new RecordFolder(join(stateDir, 'drills'), Kept, seal.guard('drills'))
  }

  /** Reads what a former process kept, and what another console has kept meanwhile. */
  async load(): Promise<void> {
    this.#take([...(await this.#folder.read()).values()])
  }

  /** @param births of the keys in the cluster's own KES, by name: a key that is made anew under a name is another one */
  async keep(drill: Drill, births: ReadonlyMap<string, KeyBirth>): Promise<void> {
    const kept = { ...drill, births: Object.fromEntries(births), cluster: this.#cluster.id }
    await this.#folder.write(drill.id, kept)
    this.#take([kept, ...this.#drills.filter(({ id }) => id !== drill.id)])
    await this.#forgetOld()
  }

  /** Newest first. */
  all(): readonly Drill[] {
    const ours = this.#cluster.id
    const drills = this.#drills.filter(({ cluster }) => cluster === ours)
    return drills.map(({ births: _births, cluster: _cluster, ...drill }) => drill)
  }

  /**
   * Null: no drill had anything to open of this key.
   *
   * @param birth of the key that there is now; null: KES does not tell, so that its name alone counts
   */
  of(name: string, birth: KeyBirth | null): DrilledKey | null {
    const cluster = this.#cluster.id
    const found = this.#byKey.get(name) ?? []
    return told(found.filter(({ kept }) => kept.cluster === cluster && (birth === null || isOf(kept, name, birth))))
  }

  #take(drills: readonly Kept[]) {
    this.#drills = drills.toSorted((one, other) => (one.at < other.at ? 1 : -1))
    this.#byKey = byKey(this.#drills)
  }

  /** Not those that are the last proof of some key: they are what says that its backup works. */
  async #forgetOld() {
    const beyond = this.#drills.slice(KEPT)
    const proofs = new Set([...this.#byKey.values()].flatMap((found) => told(found)?.proven?.drill ?? []))
    const old = beyond.filter(({ id }) => !proofs.has(id))
    if (old.length === 0) return
    await Promise.all(old.map(({ id }) => this.#folder.remove(id)))
    const gone = new Set(old.map(({ id }) => id))
    this.#take(this.#drills.filter(({ id }) => !gone.has(id)))
  }
}

/** Where KES did not tell then which key it was, it was this one if the drill was held after this one was made. */
function isOf({ at, births }: Kept, name: string, birth: KeyBirth): boolean {
  const then = births[name]
  if (then !== undefined) return sameBirth(then, birth)
  return birth.createdAt === null || at > birth.createdAt
}

/** Newest first, as the drills are. A drill that had nothing to open under a name found nothing of it. */
function byKey(drills: readonly Kept[]): ReadonlyMap<string, readonly Found[]> {
  const found = new Map<string, Found[]>()
  for (const kept of drills) {
    for (const { name, verdict } of kept.byKey) {
      if (verdict === 'nothing-to-open') continue
      const known = found.get(name)
      if (known === undefined) found.set(name, [{ kept, verdict }])
      else known.push({ kept, verdict })
    }
  }
  return found
}

function told(newestFirst: readonly Found[]): DrilledKey | null {
  const [last] = newestFirst
  if (last === undefined) return null
  const proven = newestFirst.find(({ verdict }) => verdict === 'proven')
  return {
    last: { at: last.kept.at, drill: last.kept.id, verdict: last.verdict },
    proven: proven === undefined ? null : { at: proven.kept.at, drill: proven.kept.id },
  }
}
