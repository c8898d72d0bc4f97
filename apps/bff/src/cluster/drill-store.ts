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

/** The drills that were held, kept over restarts. */
export class DrillStore {
  readonly #folder: RecordFolder<typeof Kept>
  readonly #cluster: Pick<ClusterSeen, 'id'>
  /** Newest first. */
  #drills: readonly Kept[] = []

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
    return this.#ofThisCluster().map(({ births: _births, cluster: _cluster, ...drill }) => drill)
  }

  /**
   * Null: no drill had anything to open of this key.
   *
   * @param birth of the key that there is now; null: KES does not tell, so that its name alone counts
   */
  of(name: string, birth: KeyBirth | null): DrilledKey | null {
    return told(
      this.#ofThisCluster().filter((drill) => birth === null || isOf(drill, name, birth)),
      name,
    )
  }

  #ofThisCluster = () => this.#drills.filter(({ cluster }) => cluster === this.#cluster.id)

  #take(drills: readonly Kept[]) {
    this.#drills = drills.toSorted((one, other) => (one.at < other.at ? 1 : -1))
  }

  /** Not those that are the last proof of some key: they are what says that its backup works. */
  async #forgetOld() {
    const beyond = this.#drills.slice(KEPT)
    const names = new Set(beyond.flatMap(({ byKey }) => byKey.map(({ name }) => name)))
    const proofs = new Set([...names].flatMap((name) => told(this.#drills, name)?.proven?.drill ?? []))
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

function told(newestFirst: readonly Kept[], wanted: string): DrilledKey | null {
  const found = newestFirst.flatMap(({ id: drill, at, byKey }) =>
    byKey
      .filter(({ name, verdict }) => name === wanted && verdict !== 'nothing-to-open')
      .map(({ verdict }) => ({ at, drill, verdict })),
  )
  const [last] = found
  if (last === undefined) return null
  const proven = found.find(({ verdict }) => verdict === 'proven')
  return { last, proven: proven === undefined ? null : { at: proven.at, drill: proven.drill } }
}
