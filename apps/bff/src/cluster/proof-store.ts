import { join } from 'node:path'
import { Instant } from '@strongroom/shared/endpoint'
import { KeyProof } from '@strongroom/shared/keys'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { describeKey, type KesKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import { RecordFolder } from './record-folder.ts'

/** `keyCreatedAt`: a key made anew under the name is another key. Null where KES did not tell. */
const Kept = z.extend(KeyProof, { keyCreatedAt: z.nullable(Instant) })
type Kept = z.infer<typeof Kept>

/** The last proof of each key on the cluster's own data, kept over restarts. A proof is worth what its time says. */
export class ProofStore {
  readonly #folder: RecordFolder<typeof Kept>
  #byName = new Map<string, Kept>()

  constructor(stateDir: string) {
    this.#folder = new RecordFolder(join(stateDir, 'proofs'), Kept)
  }

  /** Reads what a former process kept, and what another console has kept meanwhile. */
  async load(): Promise<void> {
    this.#byName = await this.#folder.read()
  }

  /** @param keyCreatedAt of the key before it was proved; see {@link creationOf} */
  async keep(proof: KeyProof, keyCreatedAt: string | null): Promise<KeyProof> {
    const kept = { ...proof, keyCreatedAt }
    this.#byName.set(proof.name, kept)
    await this.#folder.write(proof.name, kept)
    return proof
  }

  find(name: string | null): KeyProof | null {
    return (name !== null && this.#byName.get(name)) || null
  }

  /** When this very key was proven at its last proof; null: it was not, or it was a former key of that name. */
  provenAt({ name, createdAt }: Pick<KesKey, 'name' | 'createdAt'>): string | null {
    const kept = this.#byName.get(name)
    return kept?.verdict === 'proven' && kept.keyCreatedAt === createdAt ? kept.at : null
  }
}

/** When KES made the key; null where it does not tell, or has no such key. */
export async function creationOf(kes: Kes, name: string): Promise<string | null> {
  try {
    return (await describeKey(kes, name)).createdAt
  } catch (error) {
    if (error instanceof AppError) return null
    throw error
  }
}
