import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { writeWhole } from '../whole-file.ts'

const Kept = z.record(z.string(), z.number())

/**
 * Access keys of the temporary credentials that the console holds, with their end. MinIO stores an item for each
 * (`config/iam/sts`), and an audit must tell the console's own from others. Access keys are names, not secrets.
 */
export class OwnKeys {
  readonly #file: string
  #endsAt = new Map<string, number>()

  constructor(stateDir: string) {
    this.#file = join(stateDir, 'own-access-keys.json')
  }

  async load() {
    const text = await readFile(this.#file, 'utf8').catch(() => '{}')
    try {
      this.#endsAt = new Map(Object.entries(Kept.parse(JSON.parse(text))))
    } catch {
      this.#endsAt = new Map()
    }
  }

  async add(accessKey: string, endsAt: Date) {
    this.#endsAt.set(accessKey, endsAt.getTime())
    for (const [name, end] of this.#endsAt) if (end < Date.now()) this.#endsAt.delete(name)
    await writeWhole(this.#file, JSON.stringify(Object.fromEntries(this.#endsAt)))
  }

  get names(): ReadonlySet<string> {
    return new Set(this.#endsAt.keys())
  }
}
