import type { IamItem } from '@strongroom/shared/iam'
import { AppError } from '../../errors.ts'
import type { StoredItem } from '../item-source.ts'
import { outageIn } from '../outage.ts'
import { type Generation, isForm, isUnder, lookInto, type Opening } from './item-before.ts'
import { differing } from './item-digest.ts'
import { type AdminApi, type ApiView, changedFacts, contradictions, factsTold, rewriteFor } from './item-rewrite.ts'
import { type ReadingScope, readTogether, wipeReading } from './read-together.ts'
import type { WriteClock, Written } from './write-clock.ts'

/** What was known of an item right before its write, and the write. */
export interface Rewritten {
  readonly item: IamItem
  readonly before: Generation
  readonly view: ApiView
  readonly written: Written
}

export type Verdict =
  | { readonly is: 'moved'; readonly compared: 'content' | 'answers' | null; readonly note?: string }
  | { readonly is: 'left'; readonly reason: string }

/** What became of an item. `again`: it changed before its write, which was not made. `failed` says nothing of the item. */
export type Outcome =
  | Verdict
  | { readonly is: 'there' }
  | { readonly is: 'again'; readonly why: string }
  | { readonly is: 'failed'; readonly error: unknown; readonly pending?: Rewritten }

/** A rewrite that did not keep what it should have kept. The job stops at it. */
export class MeaningChanged extends AppError {
  constructor(what: string) {
    super('conflict', what)
  }
}

export interface VerifyScope extends Opening, ReadingScope {
  readonly api: AdminApi
  readonly defaultKey: string
  readonly clock: WriteClock
  /** Told from how many of its drives an item was read back. */
  readonly readBack?: (path: string, copies: number, drives: number) => void
}

/** The note of what counts as moved by somebody else’s write. */
export const EDITED = 'edited by somebody else meanwhile; not compared'

/**
 * Holds what lies on the drives after a write against what lay there before. What differs is a loss of ours, and stops
 * the job, unless the generation on the drives was certainly made after our write, and so by somebody else.
 *
 * @throws MeaningChanged; AppError for what passes (see `outageIn`), and then nothing is known yet
 */
export async function verify(
  scope: VerifyScope,
  rewritten: Rewritten,
  stored: StoredItem | undefined,
): Promise<Verdict> {
  try {
    return await compare(scope, rewritten, stored)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not-found') throw error
    return gone(scope, rewritten)
  }
}

async function compare(scope: VerifyScope, rewritten: Rewritten, stored: StoredItem | undefined): Promise<Verdict> {
  if (stored === undefined) return gone(scope, rewritten)
  const { path, copies, drives } = stored
  if (drives !== undefined) scope.readBack?.(path, copies, drives)
  const after = await generation(scope, rewritten, stored)
  requireSealed(scope, rewritten, after)
  const differs = await differences(scope, rewritten, after)
  if (differs.names.length === 0) {
    if (rewritten.written.replied) scope.clock.learn(rewritten.written, after.modTimeNs)
    return { is: 'moved', compared: differs.compared }
  }
  const what = `After the rewrite it differs in ${differs.names.join(', ')}.`
  if (!mayBeSomebodyElse(scope, rewritten, after, differs.names)) throw new MeaningChanged(`${what} ${WHAT_TO_DO}`)
  return edited(scope, rewritten, what)
}

const WHAT_TO_DO =
  'If somebody edited it in that very moment, start again to go on. If nobody did, restore it from a backup, and tell the makers of this console.'

async function generation(scope: VerifyScope, { item }: Rewritten, stored: StoredItem): Promise<Generation> {
  try {
    return await lookInto(scope, item, stored)
  } catch (error) {
    if (outageIn(error) !== null) throw error
    if (isForm(error)) throw new MeaningChanged('After the rewrite its content is of no form that is known.')
    throw error
  }
}

function requireSealed({ defaultKey }: VerifyScope, { before }: Rewritten, { seal, modTimeNs }: Generation) {
  if (isUnder(seal, defaultKey)) return
  if (modTimeNs === before.modTimeNs)
    throw new MeaningChanged('MinIO took the rewrite, but the drives still hold the item as it was.')
  throw new MeaningChanged(
    seal.state === 'kms'
      ? `MinIO sealed it by ${seal.key}, not by ${defaultKey}: its default key has changed. Start anew to move everything to that one.`
      : `MinIO took the rewrite, but on the drives the item is not sealed by ${defaultKey}; it is ${WORDS[seal.state]}. Look at MinIO’s KMS before anything else is written.`,
  )
}

const WORDS = { plaintext: 'in plaintext', 'root-credentials': 'under the root credentials', unreadable: 'unreadable' }

/** By content where it was opened before and after, which tells all; else by MinIO's answers. */
async function differences({ api }: VerifyScope, { item, before, view }: Rewritten, after: Generation) {
  if (before.content !== undefined && after.content !== undefined) {
    return { compared: 'content' as const, names: differing(before.content.digest, after.content.digest) }
  }
  const { kind, name } = item
  const look = await rewriteFor(kind).view(api, name)
  return { compared: 'answers' as const, names: changedFacts(factsTold(kind, view), factsTold(kind, look)) }
}

/** A session policy that is other than before may mean more rights: that is never put down to somebody else. */
function mayBeSomebodyElse(
  { clock }: VerifyScope,
  { item, written }: Rewritten,
  { modTimeNs }: Generation,
  names: readonly string[],
): boolean {
  if (item.kind === 'service-account' && names.some((name) => /sessionPolicy|sa-policy/.test(name))) return false
  return clock.isYounger(modTimeNs, written)
}

/** Somebody else's generation counts when it holds: sealed by the default key, and MinIO says what the drives say. */
async function edited(scope: VerifyScope, { item }: Rewritten, what: string): Promise<Verdict> {
  const again = await readTogether(scope, [item.path])
  try {
    const stored = again.get(item.path)
    if (stored === undefined) return { is: 'left', reason: DELETED }
    const now = await lookInto(scope, item, stored)
    const look = await rewriteFor(item.kind).view(scope.api, item.name)
    const holds =
      isUnder(now.seal, scope.defaultKey) &&
      (now.content === undefined || contradictions(item.kind, look, now.content.facts).length === 0)
    if (holds) return { is: 'moved', compared: null, note: EDITED }
  } finally {
    wipeReading(again)
  }
  throw new MeaningChanged(`${what} Somebody edited it too, and MinIO does not say what the drives say.`)
}

export const DELETED = 'Somebody deleted it meanwhile.'

/** No write of ours deletes: neither the drives nor MinIO may hold it any more. */
async function gone(scope: VerifyScope, { item }: Rewritten): Promise<Verdict> {
  const again = await readTogether(scope, [item.path])
  wipeReading(again)
  if (again.size === 0 && !(await isKnown(scope.api, item))) return { is: 'left', reason: DELETED }
  throw new MeaningChanged(
    again.size === 0
      ? 'After the rewrite no drive holds it, though MinIO still knows it.'
      : 'After the rewrite MinIO does not know it, though the drives hold it.',
  )
}

/** Of mappings for users of an identity provider MinIO tells nothing by name. */
async function isKnown(api: AdminApi, { kind, name }: IamItem): Promise<boolean> {
  try {
    const view = await rewriteFor(kind).view(api, name)
    return !('policies' in view && kind === 'policy-mapping' && [view.policies].flat().length === 0)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return false
    throw error
  }
}
