import { AppError } from '../../errors.ts'
import type { BucketEncryption } from '../../minio/buckets.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import {
  abortUpload,
  beginUpload,
  completeUpload,
  copyPiece,
  type Piece,
  type Written,
} from '../../minio/object-copy.ts'
import { type ObjectFacts, readFacts, readPartSize } from '../../minio/object-facts.ts'
import type { ObjectName } from '../../minio/objects.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { inParallel } from '../in-parallel.ts'
import { differences } from './objects-alike.ts'

/** S3's limit for a part. Source: minio cmd/utils.go, `globalMaxPartSize`. */
const LARGEST_PART = 5 * 2 ** 30
const SIZES_AT_ONCE = 8
const PIECES_AT_ONCE = 2

/** Somebody else has written, or changed, what was read. */
export class Superseded extends Error {}

export interface PieceScope {
  readonly minio: Minio
  readonly credentials: Credentials
  readonly signal: AbortSignal
}

/**
 * Writes an object over itself in pieces that MinIO copies, so that no bytes come here. Neither a piece nor the whole is
 * taken when the object is another one by now.
 *
 * @param keep its parts stay as they are; else it gets as few as there can be
 * @throws AppError as `completeUpload` and `copyPiece` do
 */
export async function copyInPieces(
  scope: PieceScope,
  name: ObjectName,
  { facts, sealing, keep }: { readonly facts: ObjectFacts; readonly sealing: BucketEncryption; readonly keep: boolean },
): Promise<Written> {
  const pieces = keep ? await piecesOf(scope, name, facts) : largestPieces(facts.sizeBytes)
  const { versionId: _, ...current } = name
  const uploadId = await beginUpload(scope.minio, scope.credentials, current, { facts, sealing })
  try {
    const etags: string[] = []
    await inParallel(pieces, PIECES_AT_ONCE, async (piece) => {
      scope.signal.throwIfAborted()
      const order = { uploadId, etag: facts.etag, piece }
      etags[piece.part - 1] = await copyPiece(scope.minio, scope.credentials, name, order)
    })
    await requireUnchanged(scope, current, facts)
    return await completeUpload(scope.minio, scope.credentials, current, { uploadId, etag: facts.etag, etags })
  } catch (error) {
    // MinIO forgets an upload that nobody ends after a day.
    await abortUpload(scope.minio, scope.credentials, current, uploadId).catch(() => undefined)
    throw error
  }
}

/**
 * Whoever changes only metadata or tags leaves the ETag as it was, so that `If-Match` does not see it, and large pieces take
 * their time.
 *
 * @throws Superseded
 */
async function requireUnchanged({ minio, credentials }: PieceScope, current: ObjectName, facts: ObjectFacts) {
  const now = await readFacts(minio, credentials, current)
  if (now.etag !== facts.etag || now.versionId !== facts.versionId || differences(facts, now).length > 0)
    throw new Superseded()
}

async function piecesOf(
  scope: PieceScope,
  name: ObjectName,
  { etag, parts, sizeBytes }: ObjectFacts,
): Promise<Piece[]> {
  const sizes: number[] = []
  const numbers = Array.from({ length: parts }, (_, at) => at + 1)
  await inParallel(numbers, SIZES_AT_ONCE, async (part) => {
    scope.signal.throwIfAborted()
    sizes[part - 1] = await readPartSize(scope.minio, scope.credentials, name, { etag, part }).catch(noneIfMissing)
  })
  let from = 0
  const pieces = sizes.map((length, at) => {
    from += length
    return { part: at + 1, from: from - length, length }
  })
  // An object that was replicated may carry the ETag of another layout.
  if (from === sizeBytes && sizes.every((size) => size > 0)) return pieces
  throw new AppError(
    'upstream-failed',
    'MinIO tells parts of it that do not make up the whole, so it was left as it is.',
  )
}

function noneIfMissing(error: unknown): number {
  if (minioErrorIn(error)?.status === 416) return 0
  throw error
}

function largestPieces(sizeBytes: number): Piece[] {
  const count = Math.max(1, Math.ceil(sizeBytes / LARGEST_PART))
  return Array.from({ length: count }, (_, at) => ({
    part: at + 1,
    from: at * LARGEST_PART,
    length: Math.min(LARGEST_PART, sizeBytes - at * LARGEST_PART),
  }))
}
