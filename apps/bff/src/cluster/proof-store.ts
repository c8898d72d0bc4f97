import type { KeyProof } from '@strongroom/shared/keys'

/** The last proof of each key, while the process lives: a proof is worth what its time says. */
export class ProofStore {
  readonly #byName = new Map<string, KeyProof>()

  keep(proof: KeyProof): KeyProof {
    this.#byName.set(proof.name, proof)
    return proof
  }

  find(name: string | null): KeyProof | null {
    return (name !== null && this.#byName.get(name)) || null
  }
}
