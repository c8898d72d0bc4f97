import type { IamAudit, IamItem } from '@strongroom/shared/iam'
import { type LookedAt, lookAt } from '../cluster/audit-item.ts'
import { groupBy } from '../cluster/group-by.ts'
import type { ItemKeys } from '../cluster/item-opener.ts'
import type { ItemSource } from '../cluster/item-source.ts'
import { openAll } from '../cluster/opened-item.ts'
import { argon2id } from '../native/argon2id.ts'
import type { Material } from './audit-material.ts'
import type { Tried } from './audit-needs.ts'
import type { Candidate } from './secret-files.ts'

/** What came of trying to open items. */
export interface Opening {
  /** By path; only items that were tried. */
  readonly items: ReadonlyMap<string, IamItem>
  readonly tried: readonly Tried[]
}

/** Argon2id takes 64 MiB and a core for each. */
const AT_ONCE = 2

/**
 * Opens what there is material for, each item with the material that belongs to it, and forgets the content at once.
 *
 * @param all also items under KMS keys and in plaintext; otherwise those under root credentials alone
 */
export async function openItems(source: ItemSource, material: Material, all: boolean): Promise<Opening> {
  const items = new Map<string, IamItem>()
  const roots = new RootCandidates(material.candidates, source.volume)
  for await (const { items: stored } of source.batches()) {
    const looked = stored.map((item) => lookAt(item, NONE_OWN)).filter((each) => each !== undefined)
    const underRoot = looked.filter(({ item }) => item.state === 'root-credentials')
    const others = looked.filter(({ item }) => item.state !== 'root-credentials')
    if (all) {
      for (const [name, group] of groupBy(others, ({ item }) => item.key ?? '')) {
        const opened = await openAll(group, kmsKeys(material, name), source.volume, undefined)
        for (const item of opened) items.set(item.path, item)
      }
    }
    await inTurns(underRoot, async (each) => items.set(each.item.path, await roots.open(each)))
    for (const { bytes } of stored) bytes?.fill(0)
  }
  return { items, tried: roots.tried() }
}

const NONE_OWN: ReadonlySet<string> = new Set()
const NOTHING: ItemKeys = { rootCredentials: null, staticKey: null, kes: null, argon2id }

function kmsKeys({ keys, kes }: Material, name: string): ItemKeys {
  const material = keys.get(name)
  return { ...NOTHING, kes, staticKey: material ? { name, material } : null }
}

/** Which of several root credentials opens how many items; the one that opened most is tried first. */
class RootCandidates {
  readonly #opens: Map<Candidate, number>
  readonly #volume: string

  constructor(candidates: readonly Candidate[], volume: string) {
    this.#opens = new Map(candidates.map((candidate) => [candidate, 0]))
    this.#volume = volume
  }

  async open(looked: LookedAt): Promise<IamItem> {
    const likeliest = [...this.#opens].sort(([, one], [, other]) => other - one)
    for (const [candidate] of likeliest) {
      const [item] = await openAll([looked], { ...NOTHING, rootCredentials: candidate }, this.#volume, undefined)
      if (item?.opened !== 'opened') continue
      this.#opens.set(candidate, this.#opens.get(candidate)! + 1)
      return item
    }
    return { ...looked.item, opened: 'no-key' }
  }

  tried = (): Tried[] => [...this.#opens].map(([{ source, user }, opens]) => ({ source, user, opens }))
}

async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>) {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** The audit as it reads after its items were opened. */
export function withOpening(audit: IamAudit, items: readonly IamItem[], { items: tried }: Opening) {
  const opened = items.map((item) => ({ ...item, ...tried.get(item.path), drives: item.drives }))
  const count = (outcome: IamItem['opened']) => opened.filter((item) => item.opened === outcome).length
  const counts = { opened: count('opened'), noKey: count('no-key'), failed: count('failed') }
  return { audit: { ...audit, depth: 'opened' as const, opened: counts }, items: opened }
}
