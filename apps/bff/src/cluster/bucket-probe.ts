import { randomBytes, randomUUID } from 'node:crypto'
import type { BucketProbe } from '@strongroom/shared/buckets'
import { deleteObject, getObject, putObject } from '../minio/objects.ts'
import type { Credentials, Minio } from '../minio/transport.ts'

const PREFIX = '.strongroom-probe/'

/**
 * Writes a small object without any encryption header, reads it back, looks at what sealed it, and removes that very
 * version. The bytes are random, so that nothing but this object can answer with them.
 */
export async function probeBucket(minio: Minio, credentials: Credentials, bucket: string): Promise<BucketProbe> {
  const key = `${PREFIX}${randomUUID()}`
  const body = randomBytes(64)
  const { versionId } = await putObject(minio, credentials, { bucket, key }, body)
  const name = { bucket, key, ...(versionId !== undefined && { versionId }) }
  let removed = false
  try {
    const { bytes, seal } = await getObject(minio, credentials, name)
    removed = await remove(minio, credentials, name)
    const mode = seal.mode === 'sse-c' ? 'none' : seal.mode
    return {
      encrypted: mode !== 'none',
      mode,
      ...(seal.key !== undefined && { key: seal.key }),
      headers: seal.headers.map(({ name: header, value }) => ({ name: header, value })),
      readBack: Buffer.compare(bytes, body) === 0,
      removed,
      object: `${bucket}/${key}`,
      at: new Date().toISOString(),
    }
  } finally {
    if (!removed) await remove(minio, credentials, name)
  }
}

/** A probe that can't be removed (object lock, a denied delete) is told, not hidden. */
const remove = (minio: Minio, credentials: Credentials, name: Parameters<typeof deleteObject>[2]) =>
  deleteObject(minio, credentials, name).then(
    () => true,
    () => false,
  )
