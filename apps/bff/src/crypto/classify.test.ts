import { encode } from '@msgpack/msgpack'
import { describe, expect, test } from 'vitest'
import { bucketTargets } from './bucket-targets.ts'
import { concat, fromText } from './bytes.ts'
import { bucketTargetsSeal, classify } from './classify.ts'
import { FormatError } from './failures.ts'
import { objectSeal } from './object-key.ts'
import vectors from './vectors/classify.json' with { type: 'json' }
import envelopes from './vectors/kms-envelope.json' with { type: 'json' }
import rootSealed from './vectors/root-credentials.json' with { type: 'json' }
import { parseXlMeta } from './xl-meta.ts'

const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const USER = 'config/iam/users/alice/identity.json'

describe('classify', () => {
  test.each(envelopes)('names the key of an item sealed by $name', ({ path, envelope, keyName }) => {
    expect(classify(path, bytes(envelope))).toEqual({ state: 'kms', key: keyName })
  })

  test('text is plaintext, wherever it lies', () => {
    expect(classify(USER, fromText('{"version":1,"name":"ü"}'))).toEqual({ state: 'plaintext' })
    expect(classify('backend-encrypted', fromText('encrypted'))).toEqual({ state: 'plaintext' })
  })

  test('root credentials are told where such items lie, and nowhere else', () => {
    const sealed = bytes(rootSealed[0]!.sealed)
    for (const path of [USER, 'config/config.json', 'config/history/x.kv', 'config/iam/format.json']) {
      expect(classify(path, sealed), path).toEqual({ state: 'root-credentials' })
    }
    for (const path of ['config/site-replication/state.json', 'pool.bin', 'config/tier-config.bin']) {
      expect(classify(path, sealed), path).toEqual({ state: 'unreadable' })
    }
  })

  test('under root credentials too when the salt begins as an envelope does', () => {
    const sealed = bytes(rootSealed[0]!.sealed)
    sealed.set([1, 3, 0, 0, 0])
    expect(classify(USER, sealed)).toEqual({ state: 'root-credentials' })
  })

  test('a job file is in clear, binary as it is', () => {
    expect(classify('batch-jobs/x', Uint8Array.of(1, 0, 1, 0, 0x81, 0xff))).toEqual({ state: 'plaintext' })
  })

  test('what is damaged or empty is unreadable', () => {
    const altered = bytes(envelopes[0]!.envelope)
    altered[5] = 0
    expect(classify(USER, altered)).toEqual({ state: 'unreadable' })
    expect(classify(USER, new Uint8Array(0))).toEqual({ state: 'unreadable' })
    expect(classify(USER, Uint8Array.of(0xff, 0xfe))).toEqual({ state: 'unreadable' })
  })

  test('an envelope that names no key is unreadable: nothing opens it', () => {
    const { keyName, envelope } = envelopes[0]!
    const whole = Buffer.from(envelope, 'base64').toString('latin1')
    const length = whole.charCodeAt(1) + 256 * whole.charCodeAt(2) - keyName.length
    const nameless = whole.slice(5).replace(`"keyid":"${keyName}"`, '"keyid":""')
    const header = Uint8Array.of(1, length % 256, Math.floor(length / 256), 0, 0)
    const item = concat(header, Buffer.from(nameless, 'latin1'))
    expect(classify(USER, item)).toEqual({ state: 'unreadable' })
    expect(classify(USER, concat(item.subarray(0, 5), Buffer.from(nameless.replace('""', '"k"'), 'latin1')))).toEqual({
      state: 'unreadable',
    })
  })
})

describe('objectSeal', () => {
  test('names the key of a tier configuration that a real server sealed', () => {
    const { latestVersion } = parseXlMeta(bytes(vectors.tierConfigXlMeta))
    if (latestVersion.deleted) return expect.unreachable()
    expect(objectSeal(latestVersion.metaSys)).toEqual({ state: 'kms', key: 'iam-static-key' })
  })

  test('without that metadata it is in clear', () => {
    expect(objectSeal({})).toEqual({ state: 'plaintext' })
  })

  test('with any sign of a seal, but no key name, it is unreadable', () => {
    for (const name of ['S3-Sealed-Key', 'Iv', 'Seal-Algorithm', 'S3-Kms-Key-Id']) {
      const sealed = { [`X-Minio-Internal-Server-Side-Encryption-${name}`]: fromText('') }
      expect(objectSeal(sealed), name).toEqual({ state: 'unreadable' })
    }
  })
})

describe('bucketTargetsSeal', () => {
  const metadata = (targets: Uint8Array, meta: Uint8Array = new Uint8Array(0)) => {
    const map = { BucketTargetsConfigJSON: targets, BucketTargetsConfigMetaJSON: meta, Created: new Date(0) }
    return concat(Uint8Array.of(1, 0, 1, 0), encode(map))
  }

  test('names the key of targets that a server of 2021 sealed', () => {
    expect(bucketTargetsSeal(bytes(vectors.oldFormBucketMetadata))).toEqual({ state: 'kms', key: 'legacy-master-key' })
  })

  test('tells none, clear and damaged ones', () => {
    expect(bucketTargetsSeal(metadata(new Uint8Array(0)))).toBe('none')
    expect(bucketTargetsSeal(metadata(fromText('{"Targets":[]}')))).toEqual({ state: 'plaintext' })
    expect(bucketTargetsSeal(metadata(Uint8Array.of(0xff)))).toEqual({ state: 'unreadable' })
    expect(bucketTargetsSeal(metadata(Uint8Array.of(0x20), fromText('{')))).toEqual({ state: 'unreadable' })
  })

  test('gives what is in clear, so that it can be looked at', () => {
    expect(bucketTargets(metadata(fromText('{"targets":[]}')))).toEqual({
      state: 'present',
      seal: { state: 'plaintext' },
      bytes: fromText('{"targets":[]}'),
    })
    expect(bucketTargets(metadata(new Uint8Array(0)))).toEqual({ state: 'none' })
  })

  test('refuses what is no bucket metadata', () => {
    expect(() => bucketTargetsSeal(metadata(fromText('{}')).with(0, 2))).toThrow('of a format that is not known')
    for (const cut of [0, 4, 20]) {
      expect(() => bucketTargetsSeal(metadata(fromText('{}')).subarray(0, cut))).toThrow(FormatError)
    }
  })
})
