import { createHash } from 'node:crypto'
import { type ObjectFacts, readRange } from './object-facts.ts'
import type { ObjectName } from './objects.ts'
import type { Credentials, Minio } from './transport.ts'

const RANGE = 8 * 2 ** 20

/**
 * The SHA-256 of the bytes of an object, which are read anew, range by range: 8 MiB in memory however large it is; s3:GetObject,
 * s3:GetObjectVersion.
 *
 * @returns hex
 * @throws AppError whose cause has status 412: it is another object by now
 */
export async function hashObject(
  minio: Minio,
  credentials: () => Credentials,
  name: ObjectName,
  { etag, sizeBytes }: Pick<ObjectFacts, 'etag' | 'sizeBytes'>,
  signal: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256')
  for (let from = 0; from < sizeBytes; from += RANGE) {
    signal.throwIfAborted()
    const length = Math.min(RANGE, sizeBytes - from)
    hash.update(await readRange(minio, credentials(), name, { etag, from, length }))
  }
  return hash.digest('hex')
}
