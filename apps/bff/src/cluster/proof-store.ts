import { join } from 'node:path'
import { KeyProof } from '@strongroom/shared/keys'
import * as z from 'zod/mini'
import type { RecordSeal } from '../custody/record-seal.ts'
import type { KesKey } from '../kes/keys.ts'
import type { ClusterSeen } from './cluster-seen.ts'
import { KeyBirth, sameBirth } from './key-birth.ts'
import { RecordFolder } from './record-folder.ts'

/**
 * `birth`: of the key that was proved; null where KES did not tell, or one of its endpoints was not asked, and then the proof is
 * no key's. `cluster`: whose data it opened; see cluster-seen.ts.
 */
const Kept = z.extend(KeyProof, { birth: z.nullable(KeyBirth), cluster: z.string() })
type Kept = z.infer<typeof Kept>

/** The last proof of each key on the cluster's own data, kept over restarts. A proof is worth what its time says. */
export class ProofStore {
  readonly #folder: RecordFolder<typeof Kept>
  readonly #cluster: Pick<ClusterSeen, 'id'>
  #byName = new Map<string, Kept>()

  constructor(stateDir: string, cluster: Pick<ClusterSeen, 'id'>, seal: RecordSeal) {
    this.#cluster = cluster
    this.#folder = new RecordFolder(join(stateDir, 'proofs'), Kept, seal.guard('proofs'))
  }

  /** Reads what a former process kept, and what another console has kept meanwhile. */
  async load(): Promise<void> {
    const found = await this.#folder.read()
    this.#byName = new Map([...found].filter(([name, kept]) => kept.name === name))
  }

  /** @param birth of the key before it was proved */
  async keep(proof: KeyProof, birth: KeyBirth | null): Promise<KeyProof> {
    const kept = { ...proof, birth, cluster: this.#cluster.id }
    this.#byName.set(proof.name, kept)
    await this.#folder.write(proof.name, kept)
    return proof
  }

  /**
   * What is no key's is told where it warns.
   *
   * @param birth of the key that there is now: of a former key of that name nothing is told; null: KES does not tell
   */
  find(name: string | null, birth: KeyBirth | null): KeyProof | null {
    const kept = name === null ? undefined : this.#ofThisCluster(name)
    if (kept === undefined) return null
    if (kept.birth === null) return kept.verdict === 'proven' ? null : kept
    return birth === null || sameBirth(kept.birth, birth) ? kept : null
  }

  /** When this very key was proven at its last proof; null: it was not, or it was a former key of that name. */
  provenAt(key: Pick<KesKey, 'name' | 'createdAt' | 'createdBy'>): string | null {
    const kept = this.#ofThisCluster(key.name)
    if (kept?.verdict !== 'proven' || kept.birth === null) return null
    return sameBirth(kept.birth, key) ? kept.at : null
  }

  #ofThisCluster(name: string): Kept | undefined {
    const kept = this.#byName.get(name)
    return kept?.cluster === this.#cluster.id ? kept : undefined
  }
}
