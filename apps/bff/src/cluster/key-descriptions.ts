import { describeKey, type KesKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'

/** Descriptions of keys by KES: who asks for a key while it is being asked for already gets the same answer. */
export class KeyDescriptions {
  readonly #underWay = new Map<string, Promise<KesKey>>()

  /** @throws as {@link describeKey} */
  of(kes: Kes, name: string): Promise<KesKey> {
    const known = this.#underWay.get(name)
    if (known !== undefined) return known
    const asked = describeKey(kes, name).finally(() => this.#underWay.delete(name))
    this.#underWay.set(name, asked)
    return asked
  }
}
