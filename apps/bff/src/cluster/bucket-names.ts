import { AppError } from '../errors.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import { ask, type DriveReader } from './drive-reader.ts'

const MAX_REPLY_BYTES = 32 * 2 ** 20

/** What the drives tell of buckets, whoever asks: MinIO lists to its users only the buckets that they may list. */
export interface DrivesTell {
  /** Buckets that have metadata; of some that were removed a folder may be left. */
  readonly buckets: readonly string[]
  /** Uploads in parts that are under way. */
  readonly uploads: number
}

/** @param volume `.kypello.sys` on Kypello */
export async function bucketsOnDrives(reader: DriveReader, volume: string): Promise<DrivesTell> {
  const [buckets, uploads] = await Promise.all(
    ['buckets/*', 'multipart/*/*'].map(async (file) => {
      const { folders } = await ask(reader, { volume, file }, MAX_REPLY_BYTES)
      return new Set(folders.map(({ path }) => path))
    }),
  )
  const names = [...buckets!].map((path) => path.slice('buckets/'.length)).filter((name) => !name.startsWith('.'))
  return { buckets: names.sort(), uploads: uploads!.size }
}

const AT_ONCE = 8

/** Those of `names` that exist, as far as the caller is told: a refusal does not say that there is none. */
export async function existing(minio: Minio, credentials: Credentials, names: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE)
    const there = await Promise.all(some.map((name) => exists(minio, credentials, name)))
    found.push(...some.filter((_, index) => there[index]))
  }
  return found
}

async function exists(minio: Minio, credentials: Credentials, bucket: string): Promise<boolean> {
  try {
    await minio.send({ method: 'HEAD', path: `/${bucket}`, credentials, action: 's3:ListBucket' })
    return true
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'session-expired') throw error
    return error.code !== 'not-found'
  }
}
