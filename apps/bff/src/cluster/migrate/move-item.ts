import { isDeepStrictEqual } from 'node:util'
import type { IamItem } from '@strongroom/shared/iam'
import { toText } from '../../crypto/bytes.ts'
import { itemMeaning } from '../../crypto/canonical-item.ts'
import { classify } from '../../crypto/classify.ts'
import { configMeaningKept } from '../../crypto/config-meaning.ts'
import { ForgeryError } from '../../crypto/failures.ts'
import { AppError } from '../../errors.ts'
import { type DriveReader, readItem } from '../drive-reader.ts'
import { type ItemKeys, openItem } from '../item-opener.ts'
import { type AdminApi, type ApiView, type MappingContent, rewriteFor } from './item-rewrite.ts'

export interface MoveScope {
  readonly api: AdminApi
  readonly reader: DriveReader
  readonly keys: ItemKeys
  readonly defaultKey: string
}

/** What is known of an item after its rewrite. */
export interface Moved {
  /** Its content was opened before and after, and means the same. Otherwise MinIO's own answers were compared. */
  readonly compared: 'content' | 'answers'
}

/** A rewrite that did not keep what it should have kept. The job stops at it. */
export class MeaningChanged extends AppError {
  constructor(what: string) {
    super('conflict', `${what} Nothing was touched after it.`)
  }
}

/**
 * Brings one item under the default key: reads it from the drives, writes it again through MinIO, reads it back and
 * compares. Undefined when somebody was faster and it is there already.
 *
 * @throws MeaningChanged at the first difference
 */
export async function moveItem(scope: MoveScope, item: IamItem): Promise<Moved | undefined> {
  const before = await stored(scope, item.path)
  if (before.state === 'kms' && before.key === scope.defaultKey) return undefined
  const content = await openContent(scope.keys, item.path, before)
  try {
    const rewrite = rewriteFor(item.kind)
    const view = await rewrite.view(scope.api, item.name)
    await rewrite.write(scope.api, item.name, view, item.kind === 'policy-mapping' ? asJson(content) : undefined)
    return await verify(scope, item, view, content)
  } finally {
    content?.fill(0)
    before.bytes.fill(0)
  }
}

async function verify(scope: MoveScope, item: IamItem, view: ApiView, before: Uint8Array | undefined): Promise<Moved> {
  const { path, kind, name } = item
  const after = await stored(scope, path)
  if (after.state !== 'kms' || after.key !== scope.defaultKey) {
    throw new MeaningChanged(`MinIO took the rewrite, but on the drives the item is not sealed by ${scope.defaultKey}.`)
  }
  const { view: look, meaning = (seen: ApiView) => seen } = rewriteFor(kind)
  const told = changedMembers(meaning(view), meaning(await look(scope.api, name)))
  if (told.length > 0) throw new MeaningChanged(`After the rewrite MinIO answers otherwise in ${told.join(', ')}.`)
  const content = await openContent(scope.keys, path, after)
  try {
    if (before === undefined || content === undefined) return { compared: 'answers' }
    const differing = differences(kind, before, content)
    if (differing.length > 0) throw new MeaningChanged(`Its content differs in ${differing.join(', ')}.`)
    return { compared: 'content' }
  } finally {
    content?.fill(0)
    after.bytes.fill(0)
  }
}

async function stored({ reader }: MoveScope, path: string) {
  const item = await readItem(reader, path)
  if (item === undefined)
    throw new AppError(
      'conflict',
      'It is gone from the drives: somebody deleted it meanwhile. Start again: the drives say what is left.',
    )
  if (item.bytes === undefined)
    throw new AppError('upstream-failed', `It can’t be read from the drives: ${item.trouble}.`)
  return { bytes: item.bytes, ...classify(path, item.bytes) }
}

type Stored = Awaited<ReturnType<typeof stored>>

async function openContent(keys: ItemKeys, path: string, { state, bytes }: Stored) {
  try {
    return await openItem(keys, path, state, bytes)
  } catch (error) {
    if (error instanceof ForgeryError) return undefined
    throw error
  }
}

/** Names of what differs, never values. */
function differences(kind: IamItem['kind'], before: Uint8Array, after: Uint8Array): string[] {
  if (kind === 'server-config') return configMeaningKept(before, after)
  const [was, is] = [itemMeaning(kind, before), itemMeaning(kind, after)]
  return was === is ? [] : changedMembers(JSON.parse(was), JSON.parse(is))
}

/** Members of two answers that differ. */
function changedMembers(one: object, other: object): string[] {
  const [left, right] = [new Map(Object.entries(one)), new Map(Object.entries(other))]
  return [...new Set([...left.keys(), ...right.keys()])].filter(
    (name) => !isDeepStrictEqual(left.get(name), right.get(name)),
  )
}

function asJson(content: Uint8Array | undefined): MappingContent | undefined {
  const text = content && toText(content)
  return text === undefined ? undefined : (JSON.parse(text) as MappingContent)
}
