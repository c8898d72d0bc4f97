import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { type RecordGuard, UNGUARDED } from '../custody/record-seal.ts'
import { writeWhole } from '../whole-file.ts'

const ENDING = '.json'

/**
 * Small records of the state folder, a file for each: consoles that share the folder then never overwrite what another one
 * wrote of something else. Names are made of letters, digits, `-` and `_`.
 */
export class RecordFolder<Shape extends z.ZodMiniType<object>> {
  readonly #folder: string
  readonly #shape: Shape
  readonly #guard: RecordGuard

  /** @param guard of records that only the console may have written: another one counts as none */
  constructor(folder: string, shape: Shape, guard: RecordGuard = UNGUARDED) {
    this.#folder = folder
    this.#shape = shape
    this.#guard = guard
  }

  /** All records by name. One that can't be read counts as none. */
  async read(): Promise<Map<string, z.output<Shape>>> {
    const names = await this.#names()
    const records = new Map<string, z.output<Shape>>()
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const some = names.slice(at, at + AT_ONCE)
      const read = await Promise.all(some.map((name) => this.find(name)))
      for (const [index, record] of read.entries()) if (record !== undefined) records.set(some[index]!, record)
    }
    return records
  }

  async find(name: string): Promise<z.output<Shape> | undefined> {
    try {
      const written: unknown = JSON.parse(await readFile(this.#file(name), 'utf8'))
      const { data } = z.safeParse(this.#shape, this.#guard.open(name, written))
      return data
    } catch {
      return undefined
    }
  }

  write(name: string, record: z.output<Shape>): Promise<void> {
    return writeWhole(this.#file(name), JSON.stringify(this.#guard.seal(name, record)))
  }

  remove(name: string): Promise<void> {
    return rm(this.#file(name), { force: true })
  }

  async #names(): Promise<string[]> {
    const files = await readdir(this.#folder).catch(() => [])
    return files.filter((file) => file.endsWith(ENDING)).map((file) => file.slice(0, -ENDING.length))
  }

  #file(name: string): string {
    if (!/^[\w-]+$/.test(name)) throw new RangeError('the name of a record holds letters, digits, - and _ alone')
    return join(this.#folder, name + ENDING)
  }
}

/** Far below what a process may have open. */
const AT_ONCE = 32
