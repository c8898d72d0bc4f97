import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashRaw } from '@node-rs/argon2'
import { HighwayHash } from 'highwayhasher'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BucketTargets, bucketTargets } from './bucket-targets.ts'
import { bucketTargetsSeal, classify } from './classify.ts'
import { bucketTargetsContext, itemContext } from './context.ts'
import { openDataKey } from './data-key.ts'
import { newestWhole } from './generations.ts'
import { openKmsEnvelope, parseKmsEnvelope } from './kms-envelope.ts'
import { openObjectSealed } from './object-key.ts'
import { openRootSealed } from './root-credentials.ts'
import { type DriveShard, joinShards } from './shards.ts'
import { parseXlMeta } from './xl-meta.ts'

const FIXTURES = new URL('../../../sandbox/fixtures/', import.meta.url).pathname
const BITROT_KEY = Buffer.from('4be734fa8e238acd263e83e6bb968552040f935da39f441497e09d1322de36a0', 'hex')

interface TruthItem {
  path: string
  state: string
  kmsKeyId?: string
  storedSha256: string
  plainSha256: string
}

interface Truth {
  rootUser: string
  rootPassword: string
  kms: { type: string; value?: string } | null
  items: TruthItem[]
  bucketMetadata: {
    bucket: string
    path: string
    bucketTargetsState: string
    bucketTargetsKmsKeyId?: string
    bucketTargetsPlainSha256?: string
  }[]
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const argon2id = async (password: Uint8Array, salt: Uint8Array) =>
  hashRaw(password, { salt, algorithm: 2, version: 1, timeCost: 1, memoryCost: 65536, parallelism: 4, outputLen: 32 })

let work: string
let highwayHash: (bytes: Uint8Array) => Uint8Array

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'strongroom-fixtures-'))
  const hasher = await HighwayHash.loadModule()
  highwayHash = (bytes) => hasher.hash256(BITROT_KEY, bytes)
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** The system volume of each drive in a set. */
function unpack(set: string): string[] {
  execFileSync('tar', ['xzf', join(FIXTURES, `${set}.tar.gz`), '-C', work])
  return readdirSync(join(work, set))
    .filter((name) => /^d(rive)?\d$/.test(name))
    .map((name) => join(work, set, name, '.minio.sys'))
}

/** What a drive holds of an item: the shard lies in the xl.meta or beside it. */
function readShard(drive: string, path: string): DriveShard {
  const meta = parseXlMeta(readFileSync(join(drive, path, 'xl.meta')))
  if (meta.latestVersion.deleted) throw new Error('a fixture item is deleted')
  const { inlineShard, dataDir } = meta.latestVersion
  return { meta, shard: inlineShard ?? readFileSync(join(drive, path, dataDir, 'part.1')) }
}

const readItem = (drives: readonly string[], path: string) =>
  joinShards(
    drives.map((drive) => readShard(drive, path)),
    highwayHash,
  )

/** KMS keys of a set by name: from the static key's line, or from the key store of the KES beside it. */
function masterKeys(set: string, { kms }: Truth): Map<string, Uint8Array> {
  if (kms?.value) {
    const [name, material] = kms.value.split(':')
    return new Map([[name!, Buffer.from(material!, 'base64')]])
  }
  const store = join(work, set, 'kes/keystore')
  if (!existsSync(store)) return new Map()
  // Protobuf: message 1 (key), in it field 1, the 32 bytes.
  const material = (name: string) => Buffer.from(readFileSync(join(store, name), 'utf8'), 'base64').subarray(4, 36)
  return new Map(readdirSync(store).map((name) => [name, material(name)]))
}

async function open(item: TruthItem, stored: Uint8Array, truth: Truth, keys: Map<string, Uint8Array>) {
  if (item.state === 'plaintext') return stored
  if (item.state === 'root-credentials') {
    return openRootSealed({ user: truth.rootUser, password: truth.rootPassword }, stored, argon2id)
  }
  const envelope = parseKmsEnvelope(stored)!
  const dek = openDataKey(keys.get(envelope.keyName)!, envelope.sealedKey, itemContext(item.path))
  return openKmsEnvelope(envelope, dek)
}

function openTargets(
  bucket: string,
  { sealed, bytes }: Exclude<BucketTargets, { state: 'none' }>,
  keys: Map<string, Uint8Array>,
): Uint8Array {
  if (!sealed) return bytes
  const dek = openDataKey(keys.get(sealed.keyName)!, sealed.sealedDataKey, bucketTargetsContext(bucket))
  return openObjectSealed(sealed, dek, bucket, bytes)
}

describe.each(['acme-2021', 'static-latest-4drives', 'plaintext-latest', 'kes-latest'])('%s', (set) => {
  const truth: Truth = JSON.parse(readFileSync(join(FIXTURES, `${set}.truth.json`), 'utf8'))
  let drives: string[]
  beforeAll(() => {
    drives = unpack(set)
  })

  test('every item is rebuilt, classified and opened as the truth has it', async () => {
    const keys = masterKeys(set, truth)
    expect(truth.items.length).toBeGreaterThan(40)
    for (const item of truth.items) {
      const stored = readItem(drives, item.path)
      expect.soft(sha256(stored), item.path).toBe(item.storedSha256)
      const expected = item.kmsKeyId ? { state: 'kms', key: item.kmsKeyId } : { state: item.state }
      expect.soft(classify(item.path, stored), item.path).toEqual(expected)
      expect.soft(sha256(await open(item, stored, truth, keys)), item.path).toBe(item.plainSha256)
    }
  })

  test('remote targets of every bucket are told as the truth has them', () => {
    for (const bucket of truth.bucketMetadata) {
      const { bucketTargetsState: state, bucketTargetsKmsKeyId: key } = bucket
      const expected = state === 'absent' ? 'none' : key ? { state, key } : { state }
      expect.soft(bucketTargetsSeal(readItem(drives, bucket.path)), bucket.path).toEqual(expected)
    }
  })

  test('remote targets open to what the truth has', () => {
    const keys = masterKeys(set, truth)
    for (const { bucket, path, bucketTargetsPlainSha256: expected } of truth.bucketMetadata) {
      const targets = bucketTargets(readItem(drives, path))
      const plain = targets.state === 'none' ? undefined : openTargets(bucket, targets, keys)
      expect.soft(plain && sha256(plain), path).toBe(expected)
    }
  })

  test('every item is rebuilt from half of its drives', () => {
    const half = drives.length / 2
    for (const left of half < 1 ? [] : [drives.slice(0, half), drives.slice(half), drives.slice(1, half + 1)]) {
      for (const { path, storedSha256 } of truth.items) {
        const read = newestWhole(
          left.map((drive) => readShard(drive, path)),
          highwayHash,
        )
        if (read.state !== 'whole') return expect.unreachable(path)
        expect.soft(sha256(read.bytes), path).toBe(storedSha256)
        expect.soft(read).toMatchObject({ copies: half, older: 0, newerUnreadable: false })
      }
    }
  })

  const sealed = truth.items.find(({ state }) => state === 'kms')
  if (sealed === undefined) return
  test('KMS items do not open under another path', async () => {
    const other = { ...sealed, path: `${sealed.path}x` }
    const stored = readItem(drives, sealed.path)
    await expect(open(other, stored, truth, masterKeys(set, truth))).rejects.toThrow('not authentic')
  })
})
