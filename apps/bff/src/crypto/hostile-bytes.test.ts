import { createHash } from 'node:crypto'
import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openAdminBody } from './admin-body.ts'
import { bucketTargets } from './bucket-targets.ts'
import { concat, fromText } from './bytes.ts'
import { itemMeaning } from './canonical-item.ts'
import { bucketTargetsSeal, classify } from './classify.ts'
import { openDare } from './dare.ts'
import { openDataKey } from './data-key.ts'
import { ForgeryError, FormatError } from './failures.ts'
import { type DriveCopy, newestWhole } from './generations.ts'
import { InspectError, openInspect } from './inspect.ts'
import { openKmsEnvelope, parseKmsEnvelope } from './kms-envelope.ts'
import { objectSeal, openObjectSealed, sealedObjectKey } from './object-key.ts'
import { joinShards } from './shards.ts'
import { openSio } from './sio.ts'
import adminBodies from './vectors/admin-body.json' with { type: 'json' }
import classified from './vectors/classify.json' with { type: 'json' }
import dare from './vectors/dare.json' with { type: 'json' }
import dataKeys from './vectors/data-key.json' with { type: 'json' }
import inspected from './vectors/inspect.json' with { type: 'json' }
import envelopes from './vectors/kms-envelope.json' with { type: 'json' }
import objectKeys from './vectors/object-key.json' with { type: 'json' }
import shards from './vectors/shards.json' with { type: 'json' }
import xlMetas from './vectors/xl-meta.json' with { type: 'json' }
import { parseXlMeta, type XlObject } from './xl-meta.ts'
import { xxHash64 } from './xxhash64.ts'

const fromBase64 = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const key = new Uint8Array(32).fill(7)

/** Fails the test on anything but the errors that say "these bytes are not what they should be". */
function survives(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof ForgeryError || error instanceof InspectError)) throw error
  }
}

type Mutation = (bytes: Uint8Array, seeds: readonly Uint8Array[]) => Uint8Array

/** A place from 0 to 1, so that one mutation fits bytes of any length. */
const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(
    ([at, bit]): Mutation =>
      (bytes) => {
        return bytes.map((byte, i) => (i === Math.floor(at * bytes.length) ? byte ^ (1 << bit) : byte))
      },
  ),
  place.map(
    (at): Mutation =>
      (bytes) =>
        bytes.slice(0, Math.floor(at * bytes.length)),
  ),
  fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 12 })).map(
    ([at, patch]): Mutation =>
      (bytes) => {
        const altered = bytes.slice()
        altered.set(patch.subarray(0, bytes.length), Math.floor(at * Math.max(0, bytes.length - patch.length)))
        return altered
      },
  ),
  fc.tuple(place, place, place).map(
    ([from, to, which]): Mutation =>
      (bytes, seeds) => {
        const other = seeds[Math.floor(which * seeds.length)]!
        return concat(bytes.subarray(0, Math.floor(from * bytes.length)), other.subarray(Math.floor(to * other.length)))
      },
  ),
)

/** Real files with a few mutations, and bytes of no format at all. */
const hostile = (...seeds: readonly Uint8Array[]) =>
  fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 3 }))
        .map(([seed, mutations]) => mutations.reduce((bytes, mutate) => mutate(bytes, seeds), seed)),
    },
  )

const withFirst = (first: number) => (bytes: Uint8Array) => concat(Uint8Array.of(first), bytes)

const seeds = {
  xlMeta: [...xlMetas.map(({ file }) => file), ...shards.drives, classified.tierConfigXlMeta].map(fromBase64),
  envelope: envelopes.map(({ envelope }) => fromBase64(envelope)),
  metadataBin: [classified.oldFormBucketMetadata, objectKeys.bucketTargets.metadataBin].map(fromBase64),
  dataKey: dataKeys.map(({ sealed }) => fromBase64(sealed)),
  inspect: [inspected.blocks[0]!.reply, inspected.nothingFound].map(fromBase64),
  dare: dare.map(({ sealed }) => fromBase64(sealed)),
  adminBody: adminBodies.map((each) => fromBase64(Object.values(each).find((text) => text.length > 100) ?? '')),
}

/** The metadata of a real file, in a container whose checksum fits whatever it became. */
function rewrapped(metadata: Uint8Array, minor: 0 | 2 | 3, tail: Uint8Array): Uint8Array {
  if (minor === 0) return concat(fromText('XL2 1   '), metadata)
  const numbers = Buffer.alloc(18)
  numbers.writeUInt32BE(metadata.length)
  numbers.writeUInt32BE(Number(xxHash64(metadata) & 0xffffffffn), 4)
  const head = concat(fromText('XL2 '), Uint8Array.of(1, 0, minor, 0, 0xc6), numbers.subarray(0, 4))
  return concat(head, metadata, Uint8Array.of(0xce), numbers.subarray(4, 8), tail)
}
const metadataOf = (file: Uint8Array) => {
  const { minor } = parseXlMeta(file)
  return minor === 0 ? file.subarray(8) : file.subarray(13, 13 + Buffer.from(file).readUInt32BE(9))
}

const readers: [name: string, bytes: fc.Arbitrary<Uint8Array>, read: (bytes: Uint8Array) => unknown][] = [
  ['parseXlMeta', hostile(...seeds.xlMeta), parseXlMeta],
  ['classify', hostile(...seeds.envelope), (bytes) => classify('config/iam/users/a/identity.json', bytes)],
  [
    'objectSeal',
    hostile(...seeds.dataKey),
    (bytes) => objectSeal({ 'X-Minio-Internal-Server-Side-Encryption-S3-Kms-Key-Id': bytes }),
  ],
  ['bucketTargetsSeal', hostile(...seeds.metadataBin), bucketTargetsSeal],
  [
    'openSio',
    hostile(...seeds.envelope),
    (bytes) => openSio({ cipher: 'AES-256-GCM', key, nonce: new Uint8Array(8) }, bytes),
  ],
  ['openInspect, format 1', hostile(...seeds.inspect).map(withFirst(1)), (bytes) => openInspect(bytes)],
  ['openDataKey', hostile(...seeds.dataKey), (bytes) => openDataKey(key, bytes, new Uint8Array(0))],
  ['openDare', hostile(...seeds.dare), (bytes) => openDare(key, bytes)],
  ['itemMeaning', hostile(...seeds.envelope, fromText('{"a":[{"b":"c"}]}')), (bytes) => itemMeaning('user', bytes)],
]

test.each(readers)('%s takes any bytes', (_, bytes, read) => {
  fc.assert(
    fc.property(bytes, (each) => survives(() => read(each))),
    { numRuns: 400 },
  )
})

test('parseXlMeta takes any metadata whose checksum fits', () => {
  const metadata = hostile(...seeds.xlMeta.map(metadataOf))
  const tail = hostile(concat(Uint8Array.of(1), encode({ null: new Uint8Array(40) })))
  fc.assert(
    fc.property(metadata, fc.constantFrom(0 as const, 2 as const, 3 as const), tail, (each, minor, rest) =>
      survives(() => parseXlMeta(rewrapped(each, minor, rest))),
    ),
    { numRuns: 1500 },
  )
})

test('parseXlMeta takes any value in any field', () => {
  const odd = fc.oneof(
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.double(),
    fc.uint8Array({ maxLength: 20 }),
    fc.constantFrom(null, true, '', 'text', [], {}, { valueOf: 1, toString: 1 }, [[1]], new Date(0)),
    fc.array(fc.integer({ min: -1, max: 300 }), { maxLength: 20 }),
  )
  const names = ['ID', 'DDir', 'EcM', 'EcN', 'EcBSize', 'EcIndex', 'EcDist', 'Size', 'MTime', 'MetaSys', 'MetaUsr']
  const valid: Record<string, unknown> = { EcM: 2, EcN: 2, EcBSize: 8, EcIndex: 1, EcDist: [1, 2], Size: 5, MTime: 7n }
  for (const name of ['ID', 'DDir']) valid[name] = new Uint8Array(16)
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 3 }), odd, (fields, type) => {
      const object = { ...valid, ...fields }
      for (const version of [
        { Type: 1, V2Obj: object },
        { Type: 2, DelObj: object },
        { Type: type, V2Obj: object },
        type,
      ]) {
        const file = rewrapped(encode({ Versions: [version] }, { useBigInt64: true }), 2, new Uint8Array(0))
        survives(() => parseXlMeta(file))
      }
    }),
    { numRuns: 500 },
  )
})

test('joinShards and newestWhole take any layout that parseXlMeta lets through, and any shards', () => {
  const real = shards.drives.map((file) => parseXlMeta(fromBase64(file)).latestVersion as XlObject)
  const layout = fc.record(
    {
      dataBlocks: fc.integer({ min: 1, max: 16 }),
      blockSizeBytes: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 2 ** 20, Number.MAX_SAFE_INTEGER)),
      size: fc.oneof(fc.nat(300), fc.constantFrom(0, 2 ** 31, Number.MAX_SAFE_INTEGER)),
      modTimeNs: fc.constantFrom(1n, 2n),
      deleted: fc.constant(true),
    },
    { requiredKeys: [] },
  )
  const copy = fc
    .tuple(fc.constantFrom(...real), layout, fc.option(hostile(...real.map(({ inlineShard }) => inlineShard!))))
    .map(([version, change, shard]): DriveCopy => {
      const latestVersion = { ...version, ...change, parityBlocks: 16 - (change.dataBlocks ?? 14) } as XlObject
      return { meta: { minor: 3, latestVersion }, shard: shard ?? version.inlineShard }
    })
  fc.assert(
    fc.property(fc.array(copy, { maxLength: 5 }), (copies) => {
      newestWhole(copies, sha256)
      survives(() =>
        joinShards(
          copies.map(({ meta, shard }) => ({ meta, shard: shard ?? key })),
          sha256,
        ),
      )
    }),
    { numRuns: 300 },
  )
})

test('envelopes and object seals that parse can be tried with any data key', () => {
  fc.assert(
    fc.property(hostile(...seeds.envelope), hostile(...seeds.metadataBin), fc.uint8Array(), (bytes, bin, dek) => {
      const envelope = parseKmsEnvelope(bytes)
      if (envelope) survives(() => openKmsEnvelope(envelope, dek))
      survives(() => {
        const targets = bucketTargets(bin)
        if (targets.state !== 'none' && targets.sealed) openObjectSealed(targets.sealed, dek, 'archive', targets.bytes)
      })
    }),
    { numRuns: 300 },
  )
})

test('sealedObjectKey takes any JSON', () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (metadata) => void sealedObjectKey(metadata)))
})

test('openInspect takes any blocks, and any answer of the RSA key', () => {
  const answer = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(key), fc.constant('throws'))
  fc.assert(
    fc.property(hostile(...seeds.inspect), answer, (bytes, opened) => {
      const rsaOaepSha512Decrypt = () => {
        if (typeof opened === 'string') throw new Error('no key')
        return opened.slice()
      }
      survives(() => openInspect(concat(Uint8Array.of(2, 1), bytes.subarray(2)), { rsaOaepSha512Decrypt }))
    }),
    { numRuns: 400 },
  )
})

test('openInspect takes any value in any block', () => {
  const odd = fc.constantFrom<unknown>(
    null,
    '',
    5,
    {},
    { toString: 1 },
    [[]],
    key,
    new Uint8Array(8),
    new Uint8Array(16),
  )
  const block = (id: number, ...values: unknown[]) => {
    const content = concat(...values.map((value) => encode(value)))
    return concat(Uint8Array.of(id, content.length), content)
  }
  const rsaOaepSha512Decrypt = () => key.slice()
  fc.assert(
    fc.property(fc.tuple(odd, odd, odd, odd, odd), fc.integer({ min: 1, max: 8 }), ([a, b, c, d, e], first) => {
      const stream = block(3, 'inspect.zip', a, b, c)
      const rest = [block(5, d), block(6), block(7)]
      for (const head of [[block(1, e)], [block(2, d, e)], [block(first, e)], []]) {
        survives(() => openInspect(concat(Uint8Array.of(2, 1), ...head, stream, ...rest), { rsaOaepSha512Decrypt }))
      }
    }),
    { numRuns: 300 },
  )
})

test('itemMeaning takes any JSON', () => {
  const kinds = ['user', 'group', 'policy', 'policy-mapping', 'server-config'] as const
  const odd = fc.oneof(fc.jsonValue(), fc.constant({ toString: 1 }), fc.constant([[{ valueOf: 1, toString: 1 }]]))
  const condition = odd.map((value) => ({ Statement: [{ Condition: { StringEquals: { 'aws:username': value } } }] }))
  const named = fc.record(
    { credentials: odd, members: odd, policy: odd, Statement: odd, Policy: odd },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(odd, condition, named), fc.constantFrom(...kinds), (json, kind) =>
      survives(() => itemMeaning(kind, fromText(JSON.stringify(json)))),
    ),
    { numRuns: 500 },
  )
})

test('openAdminBody takes any bytes', async () => {
  const argon2id = async () => key.slice()
  await fc.assert(
    fc.asyncProperty(hostile(...seeds.adminBody), async (bytes) => {
      const failure = await openAdminBody('password', bytes, argon2id).catch((error: unknown) => error)
      expect(failure instanceof Uint8Array || failure instanceof ForgeryError).toBe(true)
    }),
    { numRuns: 100 },
  )
})

describe('bombs', () => {
  const bomb = (size: number) => concat(fromText('XL2 1   '), new Uint8Array(size).fill(0xdd))
  test('parseXlMeta refuses 8 MB of arrays at once', () => {
    expect(() => parseXlMeta(bomb(8 * 2 ** 20))).toThrow(FormatError)
  })

  test('openInspect refuses millions of empty blocks at once', () => {
    const blocks = Uint8Array.from({ length: 4_000_000 }, (_, i) => [5, 2, 0xc4, 0][i % 4]!)
    expect(() => openInspect(concat(Uint8Array.of(2, 1), blocks, Uint8Array.of(7, 0)))).toThrow(FormatError)
  })

  test('JSON that nests without end is refused as an item, and as a data key', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(() => itemMeaning('user', fromText(`{"a":${deep}}`))).toThrow(FormatError)
    expect(() => openDataKey(key, fromText(`{"aead":"x","iv":${deep}}`), new Uint8Array(0))).toThrow(ForgeryError)
    expect(() => openDataKey(key, fromText('{"iv":{"toString":1}}'), new Uint8Array(0))).toThrow(ForgeryError)
  })
})
