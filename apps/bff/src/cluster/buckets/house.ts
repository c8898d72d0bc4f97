import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Instant } from '@strongroom/shared/endpoint'
import { HouseRule } from '@strongroom/shared/house-policy'
import * as z from 'zod/mini'
import { AppError } from '../../errors.ts'

const Kept = z.object({ rules: z.array(HouseRule), changedAt: Instant, changedBy: z.string() })

export interface HouseRules {
  readonly rules: HouseRule[]
  readonly changedAt: string | null
  readonly changedBy: string | null
  /** Of the newest change; another one for each. */
  readonly revision: string
}

const FILE = /^([1-9]\d*)\.json$/
/** So that somebody can see what stood before. */
const KEPT = 20

/**
 * The rules of the house: a file for each change, of which the highest number holds. The file of a change is created by one
 * writer alone, so that of two who began from the same rules, also on two consoles, the second is refused.
 */
export class HousePolicy {
  readonly #folder: string
  #rules: readonly HouseRule[] = []

  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'house-policy')
  }

  async load(): Promise<void> {
    await this.read()
  }

  /** As of the last {@link read} or change here. */
  get rules(): readonly HouseRule[] {
    return this.#rules
  }

  /** As they stand on the disk now; none where nobody has set any. */
  async read(): Promise<HouseRules> {
    const numbers = await this.#numbers()
    for (const number of numbers) {
      // One that was not written to its end changed nothing.
      const kept = await this.#find(number)
      if (kept !== null) return this.#told(kept, numbers[0]!)
    }
    return this.#told({ rules: [], changedAt: null, changedBy: null }, numbers[0] ?? 0)
  }

  /**
   * Replaces all rules.
   *
   * @param revision of the rules that they were made from
   * @throws AppError `conflict`: somebody else has changed them since
   */
  async set(rules: HouseRule[], revision: string, by: string): Promise<HouseRules> {
    const numbers = await this.#numbers()
    const number = (numbers[0] ?? 0) + 1
    if (revision !== `${number - 1}`) throw changedMeanwhile()
    const kept = { rules, changedAt: new Date().toISOString(), changedBy: by }
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await writeFile(this.#file(number), JSON.stringify(kept), { flag: 'wx', mode: 0o600 }).catch(
      (error: NodeJS.ErrnoException) => {
        throw error.code === 'EEXIST' ? changedMeanwhile() : error
      },
    )
    for (const old of numbers.slice(KEPT - 1)) await rm(this.#file(old), { force: true })
    return this.#told(kept, number)
  }

  #told(kept: Omit<HouseRules, 'revision'>, number: number): HouseRules {
    this.#rules = kept.rules
    return { ...kept, revision: `${number}` }
  }

  async #find(number: number): Promise<z.infer<typeof Kept> | null> {
    try {
      return Kept.parse(JSON.parse(await readFile(this.#file(number), 'utf8')))
    } catch {
      return null
    }
  }

  /** Newest first. */
  async #numbers(): Promise<number[]> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    return names
      .flatMap((name) => FILE.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((one, other) => other - one)
  }

  #file = (number: number) => join(this.#folder, `${number}.json`)
}

const changedMeanwhile = () =>
  new AppError(
    'conflict',
    'Somebody else has changed the rules of the house meanwhile. Look at them as they are now, then make your change again.',
  )
