import { createHash, createHmac } from 'node:crypto'
import { HighwayHash } from 'highwayhasher'
import { describe, expect, test } from 'vitest'
import { bucketTargets } from './bucket-targets.ts'
import { concat, fromText } from './bytes.ts'
import { bucketTargetsContext, canonicalContext, itemContext, tierConfigPath } from './context.ts'
import { openDare } from './dare.ts'
import { openDataKey } from './data-key.ts'
import { ForgeryError } from './failures.ts'
import { openObjectSealed, type SealedObjectKey, sealedObjectKey } from './object-key.ts'
import { joinShards } from './shards.ts'
import classified from './vectors/classify.json' with { type: 'json' }
import vectors from './vectors/object-key.json' with { type: 'json' }
import { parseXlMeta } from './xl-meta.ts'

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')
const BITROT_KEY = Buffer.from('4be734fa8e238acd263e83e6bb968552040f935da39f441497e09d1322de36a0', 'hex')

function targetsOf(metadataBin: string): { sealed: SealedObjectKey; bytes: Uint8Array } {
  const targets = bucketTargets(bytes(metadataBin))
  if (targets.state === 'none' || !targets.sealed) throw new Error('the vector has no sealed targets')
  return { sealed: targets.sealed, bytes: targets.bytes }
}

describe('bucket targets that a real server sealed', () => {
  const { masterKey, keyName, bucket, metadataBin, plainSha256 } = vectors.bucketTargets
  const { sealed, bytes: stream } = targetsOf(metadataBin)
  const dek = openDataKey(bytes(masterKey), sealed.sealedDataKey, bucketTargetsContext(bucket))

  test('open', () => {
    expect(sealed).toMatchObject({ keyName, algorithm: 'DAREv2-HMAC-SHA256', oldForm: false })
    expect(sha256(openObjectSealed(sealed, dek, bucket, stream))).toBe(plainSha256)
  })

  test('do not open as those of another bucket, under another data key, or altered', () => {
    expect(() => openDataKey(bytes(masterKey), sealed.sealedDataKey, bucketTargetsContext('other'))).toThrow(
      ForgeryError,
    )
    expect(() => openObjectSealed(sealed, dek, 'other', stream)).toThrow(ForgeryError)
    expect(() => openObjectSealed(sealed, new Uint8Array(32), bucket, stream)).toThrow(ForgeryError)
    for (const part of ['iv', 'sealedKey'] as const) {
      const altered = sealed[part].map((byte, i) => (i === 20 ? byte ^ 1 : byte))
      expect(() => openObjectSealed({ ...sealed, [part]: altered }, dek, bucket, stream), part).toThrow(ForgeryError)
    }
    expect(() => openObjectSealed(sealed, dek, bucket, stream.subarray(1))).toThrow(ForgeryError)
  })
})

test('the tier configuration that a real server sealed opens, by the metadata in its xl.meta', async () => {
  const { masterKey, keyName, xlMeta, plainSha256 } = vectors.tierConfig
  const hasher = await HighwayHash.loadModule()
  const meta = parseXlMeta(bytes(xlMeta))
  if (meta.latestVersion.deleted) return expect.unreachable()
  const { inlineShard, metaSys } = meta.latestVersion
  const stored = joinShards([{ meta, shard: inlineShard! }], (content) => hasher.hash256(BITROT_KEY, content))
  const sealed = sealedObjectKey(metaSys)!
  expect(sealed.keyName).toBe(keyName)
  const dek = openDataKey(bytes(masterKey), sealed.sealedDataKey, itemContext('config/tier-config.bin'))
  expect(sha256(openObjectSealed(sealed, dek, tierConfigPath(), stored))).toBe(plainSha256)
  expect(() => openObjectSealed(sealed, dek, tierConfigPath('.kypello.sys'), stored)).toThrow(ForgeryError)
})

describe('targets of before 2021-05', () => {
  const { sealed, bytes: stream } = targetsOf(classified.oldFormBucketMetadata)
  const [keyName, hex] = 'legacy-master-key:666978747572652d6c65676163792d6d61737465722d6b65792d333262797465'.split(':')
  const masterKey = Buffer.from(hex!, 'hex')
  const context = canonicalContext({ archive: 'archive', 'bucket-targets.json': 'bucket-targets.json' })

  test('are told as of the old form: as a data key of today they look like a wrong key', () => {
    expect(sealed).toMatchObject({ keyName, oldForm: true })
    expect(() => openDataKey(masterKey, sealed.sealedDataKey, bucketTargetsContext('archive'))).toThrow(ForgeryError)
  })

  test('are whole all the same: what a server of that time did opens them', () => {
    const sealing = createHmac('sha256', masterKey)
      .update(concat(fromText(keyName!), context))
      .digest()
    const dek = openDare(sealing, sealed.sealedDataKey)
    expect(Buffer.from(openObjectSealed(sealed, dek, 'archive', stream)).toString()).toContain(
      '"targetbucket":"archive-dr"',
    )
  })
})

describe('sealedObjectKey', () => {
  const targets = bucketTargets(bytes(vectors.bucketTargets.metadataBin))
  const prefix = 'X-Minio-Internal-Server-Side-Encryption-'
  const { sealed } = targetsOf(vectors.bucketTargets.metadataBin)
  const metadata: Record<string, unknown> = {
    [`${prefix}Iv`]: Buffer.from(sealed.iv).toString('base64'),
    [`${prefix}Seal-Algorithm`]: sealed.algorithm,
    [`${prefix}S3-Sealed-Key`]: Buffer.from(sealed.sealedKey).toString('base64'),
    [`${prefix}S3-Kms-Key-Id`]: sealed.keyName,
    [`${prefix}S3-Kms-Sealed-Key`]: Buffer.from(sealed.sealedDataKey).toString('base64'),
  }

  test('reads names in any case, and values as text or bytes', () => {
    expect(targets).toMatchObject({ sealed })
    const lower = Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), fromText(value as string)])
    expect(sealedObjectKey(Object.fromEntries(lower))).toEqual(sealed)
  })

  test.each(Object.keys(metadata))('is undefined where %s is missing, empty, or of another form', (name) => {
    const { [name]: _, ...rest } = metadata
    expect(sealedObjectKey(rest)).toBeUndefined()
    for (const value of ['', 5, null, { toString: 1 }, Uint8Array.of(0xff)]) {
      expect(sealedObjectKey({ ...metadata, [name]: value })).toBeUndefined()
    }
  })
})
