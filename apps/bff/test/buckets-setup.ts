import type { Client as Mc } from '@strongroom/sandbox/client'
import { createBucket } from '../src/minio/buckets.ts'
import { connectMinio } from '../src/minio/transport.ts'
import { Secret } from '../src/secret.ts'
import type { House } from './house.ts'

/** Of the fixture. */
const REGION = 'eu-central-1'

/** What MinIO's own client says of a bucket's default encryption. It fails where there is none. */
export async function encryptionByMc(mc: Mc, bucket: string) {
  const text = await mc('encrypt', 'info', `demo/${bucket}`).catch(() => null)
  if (text === null) return { mode: 'none' }
  const { algorithm, keyId } = (JSON.parse(text) as { encryption: { algorithm: string; keyId?: string } }).encryption
  return { mode: algorithm === 'aws:kms' ? 'sse-kms' : 'sse-s3', ...(keyId !== undefined && { key: keyId }) }
}

/** What it says of many, ten at a time. */
export async function allByMc(house: House, buckets: readonly string[]) {
  const found: unknown[] = []
  await house.mc(async (mc) => {
    for (let at = 0; at < buckets.length; at += 10)
      found.push(...(await Promise.all(buckets.slice(at, at + 10).map((bucket) => encryptionByMc(mc, bucket)))))
  })
  return found
}

export const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}-${String(at).padStart(4, '0')}`)

/** Makes buckets as root, past the console. */
export async function makeBuckets(house: House, names: readonly string[]) {
  const minio = connectMinio({ endpoint: new URL(house.minio.endpoint), region: REGION })
  const credentials = { accessKey: house.truth.rootUser, secretKey: new Secret(house.truth.rootPassword) }
  try {
    for (let at = 0; at < names.length; at += 10)
      await Promise.all(
        names.slice(at, at + 10).map((name) => createBucket(minio, credentials, name, { locking: false })),
      )
  } finally {
    await minio.close()
  }
}
