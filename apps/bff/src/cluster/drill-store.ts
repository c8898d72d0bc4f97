import { join } from 'node:path'
import { Drill } from '@strongroom/shared/drills'
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

/** The drills that were held, kept over restarts. */
export class DrillStore {
  readonly #folder: RecordFolder<typeof Drill>
  /** Newest first. */
  #drills: readonly Drill[] = []
  #byKey: ReadonlyMap<string, DrilledKey> = new Map()

  constructor(stateDir: string) {
    this.#folder = new RecordFolder(join(stateDir, 'drills'), Drill)
  }

  /** Reads what a former process kept, and what another console has kept meanwhile. */
  async load(): Promise<void> {
    this.#take([...(await this.#folder.read()).values()])
  }

  async keep(drill: Drill): Promise<void> {
    await this.#folder.write(drill.id, drill)
    this.#take([drill, ...this.#drills.filter(({ id }) => id !== drill.id)])
    await this.#forgetOld()
  }

  /** Newest first. */
  all(): readonly Drill[] {
    return this.#drills
  }

  /** Null: no drill had anything to open under this name. */
  of(name: string): DrilledKey | null {
    return this.#byKey.get(name) ?? null
  }

  #take(drills: readonly Drill[]) {
    this.#drills = drills.toSorted((one, other) => (one.at < other.at ? 1 : -1))
    this.#byKey = byKey(this.#drills)
  }

  /** Not those that are the last proof of some key: they are what says that its backup works. */
  async #forgetOld() {
    const proofs = new Set([...this.#byKey.values()].flatMap(({ proven }) => (proven ? [proven.drill] : [])))
    const old = this.#drills.slice(KEPT).filter(({ id }) => !proofs.has(id))
    if (old.length === 0) return
    await Promise.all(old.map(({ id }) => this.#folder.remove(id)))
    const gone = new Set(old.map(({ id }) => id))
    this.#take(this.#drills.filter(({ id }) => !gone.has(id)))
  }
}

function byKey(newestFirst: readonly Drill[]): ReadonlyMap<string, DrilledKey> {
  const found = new Map<string, DrilledKey>()
  for (const { id: drill, at, byKey: keys } of newestFirst) {
    for (const { name, verdict } of keys) {
      if (verdict === 'nothing-to-open') continue
      const known = found.get(name)
      const proven = known?.proven ?? (verdict === 'proven' ? { at, drill } : null)
      found.set(name, { proven, last: known?.last ?? { at, drill, verdict } })
    }
  }
  return found
}
