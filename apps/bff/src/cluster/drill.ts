import { randomUUID } from 'node:crypto'
import type { Drill } from '@strongroom/shared/drills'
import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import type { Kes } from '../kes/transport.ts'
import { type DrilledKeys, type Tried, tryToOpen, verdictsOf } from './drill-opening.ts'
import { DrillSampling } from './drill-sampling.ts'
import { inParallel } from './in-parallel.ts'
import type { ItemSource } from './item-source.ts'
import type { KeyBirth } from './key-birth.ts'
import { plural } from './observed.ts'
import { type SealedSample, sampleOfItem } from './sealed-sample.ts'

/** What a drill is held with. Nothing is written anywhere. */
export interface DrillOrder {
  /** The KES that was restored from a backup. */
  readonly restored: Kes
  /** The KES that the cluster runs on, which tells a data key that is damaged from a backup that is no good; null without. */
  readonly running: Kes | null
  readonly by: string
  /** Data keys to open, at most. */
  readonly samples: number
  readonly items: ItemSource
  /** Up to so many of objects. */
  readonly objects: (wanted: number, signal?: AbortSignal) => AsyncGenerator<SealedSample, void>
  /** Of the key that must not be left out, though nothing may lie under it yet: the default key. */
  readonly defaultKey: string | null
  /** Of keys in the KES that the cluster runs on; absent: nobody asks which key the backup was of. */
  readonly birthsOf?: (names: readonly string[]) => Promise<ReadonlyMap<string, KeyBirth>>
}

export type DrillStep =
  | { readonly phase: 'reading'; readonly seen: number }
  | { readonly phase: 'opening'; readonly done: number; readonly total: number; readonly failed: number }

/** A drill, and what did not open. */
export interface HeldDrill {
  readonly drill: Drill
  readonly failures: readonly { readonly item: string; readonly reason: string }[]
  /** As the keys were when their first data key was met: one that is made anew meanwhile is another key. */
  readonly births: ReadonlyMap<string, KeyBirth>
}

const AT_ONCE = 8
const STEP = 40
/** Of the data keys, where there are both; but so many are looked at that few samples speak of every key too. */
const OBJECTS_SHARE = 0.5
const OBJECTS_AT_LEAST = 64

/**
 * Has the restored KES open data keys that this cluster sealed, of each key, a few of each kind.
 *
 * @throws AppError when the drill could not be held: the drives could not be read, or the restored KES did not answer
 */
export async function* holdDrill(order: DrillOrder, signal?: AbortSignal): AsyncGenerator<DrillStep, HeldDrill> {
  const at = new Date().toISOString()
  const kesVersion = await versionOf(order.restored)
  const sampling = new DrillSampling(order.samples)
  const births = new Births(order)
  yield { phase: 'reading', seen: 0 }
  for await (const { items } of order.items.batches(signal)) {
    for (const item of items) {
      const sample = sampleOfItem(item, order.items.volume)
      if (sample !== undefined) sampling.add(sample)
      if (sample !== undefined) births.meet(sample.keyName)
      item.bytes?.fill(0)
    }
    await births.ask()
    yield { phase: 'reading', seen: sampling.seen }
  }
  const wanted = Math.max(OBJECTS_AT_LEAST, Math.ceil(order.samples * OBJECTS_SHARE))
  for await (const sample of order.objects(wanted, signal)) {
    sampling.add(sample)
    births.meet(sample.keyName)
    await births.ask()
    if (sampling.seen % STEP === 0) yield { phase: 'reading', seen: sampling.seen }
  }
  const { samples, leftOut } = sampling.chosen()

  const tried: Tried[] = []
  for (let at = 0; at < samples.length; at += STEP) {
    yield { phase: 'opening', done: at, total: samples.length, failed: failuresOf(tried).length }
    signal?.throwIfAborted()
    await inParallel(samples.slice(at, at + STEP), AT_ONCE, async (sample) => {
      tried.push({ sample, outcome: await tryToOpen(order.restored, sample) })
    })
  }
  const told = await withoutDamaged(tried, order.running)
  const drill = summarise(order, { at, told, leftOut, kesVersion, seen: sampling.seen })
  return { drill, failures: failuresOf(told), births: births.told }
}

/** Asks for each key once, as soon as it is met. */
class Births {
  readonly told = new Map<string, KeyBirth>()
  readonly #of: DrillOrder['birthsOf']
  readonly #met = new Set<string>()
  #due: string[] = []

  constructor({ birthsOf }: DrillOrder) {
    this.#of = birthsOf
  }

  meet(name: string) {
    if (this.#met.has(name)) return
    this.#met.add(name)
    this.#due.push(name)
  }

  async ask() {
    if (this.#of === undefined || this.#due.length === 0) return
    for (const [name, birth] of await this.#of(this.#due)) this.told.set(name, birth)
    this.#due = []
  }
}

/**
 * Where the backup opens some data keys of a key and not others, those may be damaged: what the running KES does not open
 * either says nothing of the backup.
 */
async function withoutDamaged(tried: readonly Tried[], running: Kes | null): Promise<Tried[]> {
  if (running === null) return [...tried]
  const works = new Set(tried.flatMap(({ sample, outcome }) => (outcome === 'opened' ? [sample.keyName] : [])))
  return Promise.all(
    tried.map(async (each): Promise<Tried> => {
      if (each.outcome !== 'not-authentic' || !works.has(each.sample.keyName)) return each
      const here = await tryToOpen(running, each.sample).catch(() => 'unknown' as const)
      return here === 'not-authentic' ? { ...each, outcome: 'unknown' } : each
    }),
  )
}

const Version = z.object({ version: z.string() })

/** Which needs no policy: that somebody answers is known before any drive is read. */
async function versionOf(kes: Kes): Promise<string | null> {
  const { data } = z.safeParse(Version, await kes.call({ method: 'GET', path: '/version', act: 'read the version' }))
  if (data === undefined)
    throw new AppError('upstream-failed', 'What answers as the restored KES does not speak as KES does.')
  return data.version && data.version !== '<unknown>' ? data.version : null
}

const REASONS: Partial<Record<Tried['outcome'], string>> = {
  'not-authentic': 'The restored KES has other material under this name.',
  'key-missing': 'The restored KES has no key of this name.',
}

const failuresOf = (tried: readonly Tried[]) =>
  tried.flatMap(({ sample, outcome }) => {
    const reason = REASONS[outcome]
    return reason === undefined ? [] : [{ item: `${sample.path} (key ${sample.keyName})`, reason }]
  })

interface Found {
  /** Its beginning: where KES did not tell which key it was, one that is made after that is another key. */
  readonly at: string
  readonly told: readonly Tried[]
  readonly leftOut: readonly string[]
  readonly kesVersion: string | null
  readonly seen: number
}

function summarise({ restored, by, defaultKey }: DrillOrder, { at, told, leftOut, kesVersion, seen }: Found): Drill {
  const byKey: DrilledKeys = verdictsOf(told)
  if (defaultKey !== null && byKey.every(({ name }) => name !== defaultKey) && !leftOut.includes(defaultKey)) {
    byKey.push({ name: defaultKey, verdict: 'nothing-to-open', opened: 0, failed: 0 })
  }
  const sum = (of: 'opened' | 'failed') => byKey.reduce((total, each) => total + each[of], 0)
  return {
    id: randomUUID(),
    at,
    by,
    endpoint: restored.urls.map(({ origin }) => origin).join(', '),
    kesVersion,
    sampled: told.length,
    opened: sum('opened'),
    failed: sum('failed'),
    byKey,
    detail: detailOf(told, leftOut, seen),
  }
}

const NAMES_TOLD = 10

function detailOf(told: readonly Tried[], leftOut: readonly string[], seen: number): string {
  if (told.length === 0)
    return 'Nothing that was read from the drives is sealed by a KMS key, so there was nothing to open.'
  const objects = told.filter(({ sample }) => sample.from === 'object').length
  const unknown = told.filter(({ outcome }) => outcome === 'unknown').length
  const named = leftOut.slice(0, NAMES_TOLD).join(', ') + (leftOut.length > NAMES_TOLD ? ' …' : '')
  return [
    `Tried ${plural(told.length, 'data key')} of ${seen} that were met: ${told.length - objects} of IAM and settings, ${objects} of objects.`,
    ...(unknown > 0
      ? [`${unknown} of them say nothing of the backup: no KES opens them, for their age or because they are damaged.`]
      : []),
    ...(objects === 0 ? ['No encrypted object was found where it was looked.'] : []),
    ...(leftOut.length > 0 ? [`Not tried for want of samples: ${named}. Ask for more.`] : []),
  ].join(' ')
}
