import { createHash, type Hash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { IamAudit, IamItem } from '@strongroom/shared/iam'
import * as z from 'zod/mini'
import type { RecordGuard, RecordSeal } from '../custody/record-seal.ts'
import { AppError } from '../errors.ts'
import { turns } from '../turns.ts'
import { writeWhole } from '../whole-file.ts'
import type { AuditResult } from './audit.ts'
import type { ClusterSeen } from './cluster-seen.ts'
import { becamePlaintext } from './compare-audits.ts'
import { isSiteReplication } from './movable.ts'

const HEADS_KEPT = 30
const ITEMS_KEPT = 10

/** Items of the audits that somebody looked at last; each may be some MB. */
const IN_MEMORY = 3

/** Items written at once. */
const PIECE = 500

const HEAD = '.audit.json'
const ITEMS = '.items.json'

/** Of the file of items beside it, hex: so the seal of a head is one of its items. */
const Head = z.extend(IamAudit, { itemsSha256: z.string() })

/** Where the audits of one cluster lie. Another one may begin to answer at the address of MinIO at each `await`. */
interface Shelf {
  readonly kind: string
  readonly folder: string
  readonly guard: RecordGuard
}

interface KeptHead {
  /** Names of files begin with it, and sort by time. */
  readonly stem: string
  readonly audit: IamAudit
  readonly itemsSha256: string
}

/** An audit, with what only its items tell. */
export interface SeenAudit extends IamAudit {
  /** Files that lie in plaintext and of which the console does not know what they are. */
  readonly unknownPlaintext: number
  /** Policies that MinIO can't read back at its next start, by name: of those that were opened or lie in plaintext. */
  readonly unloadable: readonly string[]
}

interface SeenResult extends AuditResult {
  readonly audit: SeenAudit
}

/** Items that lie in plaintext and were sealed at any audit whose items are kept. */
export interface Regression {
  /** The audit that found most of them sealed; of several the newest. */
  readonly from: string
  readonly to: string
  readonly paths: readonly string[]
}

/**
 * The audits of one cluster, kept over restarts: paths, kinds, states and key names, never content. Two files for each, so
 * that the list of all needs no items; each is written once, so consoles that share the folder never write the same file.
 * The deletion of a key is judged by them, so one that the console did not write counts as none.
 */
export class AuditStore {
  readonly #stateDir: string
  readonly #cluster: Pick<ClusterSeen, 'id' | 'load'>
  readonly #seal: RecordSeal
  /** Whose audits the members below are: another cluster may have begun to answer at the address of MinIO. */
  #clusterId: string
  /** Newest first. */
  #heads: readonly KeptHead[] = []
  /** Stems of those that can't be used: another console's, perhaps, or evidence. They are never removed. */
  #unread: ReadonlySet<string> = new Set()
  #items = new Map<string, readonly IamItem[]>()
  /** Of the newest audit, with what its items tell: asked for with each page of a list. */
  #latest: { readonly stem: string; readonly seen: SeenResult } | null = null
  /** Of the newest audit: it is asked for with each overview, and made from up to ten files. */
  #regression: { readonly stem: string; readonly found: Regression | null } | null = null

  /** @param cluster that MinIO is: an audit of another one is none of this one */
  constructor(stateDir: string, cluster: Pick<ClusterSeen, 'id' | 'load'>, seal: RecordSeal) {
    this.#stateDir = stateDir
    this.#cluster = cluster
    this.#seal = seal
    this.#clusterId = cluster.id
  }

  /** Reads what a former process kept. */
  load(): Promise<void> {
    return this.refresh()
  }

  /** Sees what another console has kept meanwhile. A file that can't be read counts as none: the drives can be read again. */
  async refresh(): Promise<void> {
    await this.#cluster.load()
    this.#ofThisCluster()
    const cluster = this.#clusterId
    const shelf = this.#shelf
    const stems = (await namesIn(shelf)).filter((name) => name.endsWith(HEAD)).map(stemOf)
    const known = new Map(this.#heads.map((head) => [head.stem, head]))
    const heads = await Promise.all(stems.map((stem) => known.get(stem) ?? readHead(shelf, stem)))
    if (cluster !== this.#cluster.id) return this.refresh()
    this.#heads = heads.filter((head) => head !== undefined).sort((one, other) => (one.stem < other.stem ? 1 : -1))
    await this.#dropUnreadable()
    const read = new Set(this.#heads.map(({ stem }) => stem))
    this.#unread = new Set(stems.filter((stem) => !read.has(stem)))
  }

  /** Compares it with the audit before, and keeps it. */
  async keep({ audit, items }: AuditResult): Promise<AuditResult> {
    await this.refresh()
    const before = this.latest
    const shelf = this.#shelf
    const regressed = before === null ? 0 : becamePlaintext(before.items, items).length
    const result = { audit: { ...audit, regressed }, items }
    const stem = `${audit.takenAt.replace(/[-:.]/g, '')}-${audit.id}`
    // The items first: whoever sees the head finds them.
    const digest = createHash('sha256')
    await writeWhole(join(shelf.folder, stem + ITEMS), throughDigest(jsonPieces(items), digest))
    const itemsSha256 = digest.digest('hex')
    const head = shelf.guard.seal(stem, { ...result.audit, itemsSha256 })
    await writeWhole(join(shelf.folder, stem + HEAD), JSON.stringify(head))
    if (shelf.kind !== this.#shelf.kind) return result
    this.#heads = [{ stem, audit: result.audit, itemsSha256 }, ...this.#heads]
    this.#remember(stem, items)
    await this.#forgetOld(shelf)
    return result
  }

  /** As of the last {@link refresh} or {@link keep}. */
  get latest(): SeenResult | null {
    this.#ofThisCluster()
    const [head] = this.#heads
    const items = head && this.#items.get(head.stem)
    if (head === undefined || items === undefined) return null
    if (this.#latest?.stem !== head.stem) {
      const audit = { ...head.audit, unknownPlaintext: unknownPlaintext(items), unloadable: unloadable(items) }
      this.#latest = { stem: head.stem, seen: { audit, items } }
    }
    return this.#latest.seen
  }

  /** All that are kept, newest first, those included whose items are not. */
  get heads(): readonly IamAudit[] {
    this.#ofThisCluster()
    return this.#heads.map(({ audit }) => audit)
  }

  /** @throws AppError `no-audit-yet` */
  require(): AuditResult {
    const { latest } = this
    if (latest === null) throw new AppError('no-audit-yet', 'Read the drives first.')
    return latest
  }

  /** @throws AppError `not-found` for an audit that is not kept, or of which only the counts are */
  async read(id: string): Promise<AuditResult> {
    const at = this.#heads.findIndex(({ audit }) => audit.id === id)
    const head = this.#heads[at]
    const items = head && (await this.#itemsOf(head))
    if (head && items) return { audit: head.audit, items }
    throw new AppError(
      'not-found',
      head
        ? `Of this audit only the counts are kept: the console keeps the items of the last ${ITEMS_KEPT}.`
        : `This audit is not kept: the console keeps the last ${HEADS_KEPT}.`,
    )
  }

  /**
   * Which items lie in plaintext at the latest audit and were sealed at any before it; null where there are none. Not at the
   * one right before alone: then reading the drives again would take the alarm back, with the item as it was.
   */
  async regression(): Promise<Regression | null> {
    const [now, ...before] = this.#heads.slice(0, ITEMS_KEPT)
    if (now === undefined) return null
    if (this.#regression?.stem !== now.stem)
      this.#regression = { stem: now.stem, found: await this.#regressionOf(now, before) }
    return this.#regression.found
  }

  async #regressionOf(now: KeptHead, before: readonly KeptHead[]): Promise<Regression | null> {
    const exposed = (await this.#itemsOf(now))?.filter(({ state }) => state === 'plaintext') ?? []
    if (exposed.length === 0) return null
    const paths = new Set<string>()
    let [from, most] = ['', 0]
    for (const head of before) {
      const { audit } = head
      const found = becamePlaintext((await this.#itemsOf(head)) ?? [], exposed)
      for (const path of found) paths.add(path)
      if (found.length > most) [from, most] = [audit.id, found.length]
    }
    return most === 0 ? null : { from, to: now.audit.id, paths: [...paths].sort() }
  }

  /** The newest counts as the latest only with its items. */
  async #dropUnreadable() {
    while (this.#heads[0] !== undefined && (await this.#itemsOf(this.#heads[0])) === undefined) {
      this.#heads = this.#heads.slice(1)
    }
  }

  async #itemsOf({ stem, itemsSha256 }: KeptHead): Promise<readonly IamItem[] | undefined> {
    const known = this.#items.get(stem)
    if (known) return known
    const text = await readText(this.#shelf, stem + ITEMS)
    if (text === undefined || createHash('sha256').update(text).digest('hex') !== itemsSha256) return undefined
    const list = parseJson(text)
    if (!Array.isArray(list)) return undefined
    const items: IamItem[] = []
    const turn = turns()
    for (const each of list) {
      const { data } = z.safeParse(IamItem, each)
      if (data === undefined) return undefined
      items.push(data)
      await turn()
    }
    this.#remember(stem, items)
    return items
  }

  #remember(stem: string, items: readonly IamItem[]) {
    this.#items.set(stem, items)
    for (const old of this.#items.keys()) {
      if (this.#items.size <= IN_MEMORY) return
      if (old !== this.#heads[0]?.stem) this.#items.delete(old)
    }
  }

  /** Nothing that was kept of another cluster is told of this one. */
  #ofThisCluster() {
    if (this.#clusterId === this.#cluster.id) return
    this.#clusterId = this.#cluster.id
    this.#heads = []
    this.#unread = new Set()
    this.#items.clear()
    this.#latest = null
    this.#regression = null
  }

  get #shelf(): Shelf {
    const kind = join('iam-audits', this.#clusterId)
    return { kind, folder: join(this.#stateDir, kind), guard: this.#seal.guard(kind) }
  }

  async #forgetOld(shelf: Shelf) {
    const [kept, withItems] = [this.#heads.slice(0, HEADS_KEPT), this.#heads.slice(0, ITEMS_KEPT)]
    const wanted = new Set([...kept.map(({ stem }) => stem + HEAD), ...withItems.map(({ stem }) => stem + ITEMS)])
    const unread = this.#unread
    this.#heads = kept
    const old = (await namesIn(shelf)).filter(
      (name) => isFinished(name) && !wanted.has(name) && !unread.has(stemOf(name)) && name < `${kept[0]!.stem}`,
    )
    await Promise.all(old.map((name) => rm(join(shelf.folder, name), { force: true })))
  }
}

const namesIn = ({ folder }: Shelf): Promise<string[]> => readdir(folder).catch(() => [])

const readText = ({ folder }: Shelf, name: string): Promise<string | undefined> =>
  readFile(join(folder, name), 'utf8').catch(() => undefined)

async function readHead(shelf: Shelf, stem: string): Promise<KeptHead | undefined> {
  const text = await readText(shelf, stem + HEAD)
  const { data } = z.safeParse(Head, text === undefined ? undefined : shelf.guard.open(stem, parseJson(text)))
  if (data === undefined) return undefined
  const { itemsSha256, ...audit } = data
  return { stem, audit, itemsSha256 }
}

const unloadable = (items: readonly IamItem[]) => items.filter((item) => item.unloadable).map(({ name }) => name)

const unknownPlaintext = (items: readonly IamItem[]) =>
  items.filter((item) => item.state === 'plaintext' && item.kind === 'other' && !isSiteReplication(item)).length

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function* throughDigest(pieces: Iterable<string>, digest: Hash): Generator<string, void> {
  for (const piece of pieces) {
    digest.update(piece)
    yield piece
  }
}

/** JSON of a list, piece by piece: all of it at once would hold up everybody else, and take some MB. */
function* jsonPieces(list: readonly unknown[]): Generator<string, void> {
  yield '['
  for (let at = 0; at < list.length; at += PIECE) {
    const piece = list.slice(at, at + PIECE).map((each) => JSON.stringify(each))
    yield (at === 0 ? '' : ',') + piece.join(',')
  }
  yield ']'
}

/** Others are still being written. */
const isFinished = (name: string) => name.endsWith(HEAD) || name.endsWith(ITEMS)

const stemOf = (name: string) => name.slice(0, name.indexOf('.'))
