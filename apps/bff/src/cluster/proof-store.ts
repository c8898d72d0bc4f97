import { join } from 'node:path'
import { KeyProof } from '@strongroom/shared/keys'
import { RecordFolder } from './record-folder.ts'

/** The last proof of each key on the cluster's own data, kept over restarts. A proof is worth what its time says. */
export class ProofStore {
  readonly #folder: RecordFolder<typeof KeyProof>
  #byName = new Map<string, KeyProof>()

  constructor(stateDir: string) {
    this.#folder = new RecordFolder(join(stateDir, 'proofs'), KeyProof)
  }

  /** Reads what a former process kept, and what another console has kept meanwhile. */
  async load(): Promise<void> {
    this.#byName = await this.#folder.read()
  }

  async keep(proof: KeyProof): Promise<KeyProof> {
    this.#byName.set(proof.name, proof)
    await this.#folder.write(proof.name, proof)
    return proof
  }

  find(name: string | null): KeyProof | null {
    return (name !== null && this.#byName.get(name)) || null
  }
}
