import { open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { ProcessIdentity } from './process-identity.ts'

/** What the file of a claim holds. Each beat writes it again with the next `beat`. */
export const Claim = z.object({
  holder: z.string(),
  process: ProcessIdentity,
  beat: z.int(),
  released: z.boolean(),
})
export type Claim = z.infer<typeof Claim>

/** The newest claim to a name, as it was seen. */
export interface SeenClaim {
  readonly number: number
  /** The bytes as they lie there: any change is a sign of life. */
  readonly text: string
  /** Null while it is being written, or its maker ended before it was. */
  readonly claim: Claim | null
}

/** Room for a counter that grows, so that the file keeps its length and each write replaces all of it. */
const SPARE = 16

/** The files of the claims to one name: `<name>.<number>`, of which the highest number holds. */
export class ClaimFiles {
  readonly #folder: string
  readonly #name: string

  constructor(folder: string, name: string) {
    this.#folder = folder
    this.#name = name
  }

  /** The newest claim, or undefined: there never was one. */
  async newest(): Promise<SeenClaim | undefined> {
    const number = await this.highest()
    if (number === 0) return undefined
    // A file that went away between the two calls made room for a newer one, which the next look shows.
    const text = await readFile(this.#path(number), 'utf8').catch(orIfMissing(''))
    return { number, text, claim: parseClaim(text) }
  }

  /** Zero: there is none. */
  async highest(): Promise<number> {
    return Math.max(0, ...(await this.#numbers()))
  }

  /** Creates the file, and returns what it holds now; null: somebody else created it first. */
  async create(number: number, claim: Claim): Promise<string | null> {
    const file = await open(this.#path(number), 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return null
      throw error
    })
    if (file === null) return null
    try {
      const text = JSON.stringify(claim)
      const padded = text.padEnd(text.length + SPARE)
      await file.writeFile(padded)
      return padded
    } finally {
      await file.close()
    }
  }

  /**
   * Puts `claim` in the place of `expected`, and returns what the file holds now; null: the file is gone or holds
   * something else. Opened by its name and never created, since a network folder answers an `open` afresh.
   */
  async replace(number: number, expected: string, claim: Claim): Promise<string | null> {
    const file = await open(this.#path(number), 'r+').catch(orIfMissing(null))
    if (file === null) return null
    try {
      if ((await file.readFile('utf8')) !== expected) return null
      const text = JSON.stringify(claim).padEnd(expected.length)
      await file.write(text, 0)
      return text
    } finally {
      await file.close()
    }
  }

  async remove(number: number) {
    await rm(this.#path(number), { force: true })
  }

  async removeBelow(number: number) {
    for (const old of await this.#numbers()) if (old < number) await this.remove(old)
  }

  async #numbers(): Promise<number[]> {
    const names = await readdir(this.#folder)
    return names.flatMap((file) => {
      const [, number] = file.startsWith(`${this.#name}.`)
        ? (/^([1-9]\d*)$/.exec(file.slice(this.#name.length + 1)) ?? [])
        : []
      return number === undefined ? [] : [Number(number)]
    })
  }

  #path = (number: number) => join(this.#folder, `${this.#name}.${number}`)
}

const orIfMissing =
  <T>(instead: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT' || error.code === 'ESTALE') return instead
    throw error
  }

function parseClaim(text: string): Claim | null {
  try {
    return Claim.parse(JSON.parse(text))
  } catch {
    return null
  }
}
