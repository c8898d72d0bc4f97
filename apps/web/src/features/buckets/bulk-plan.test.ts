import type { Bucket } from '@strongroom/shared/buckets'
import { describe, expect, test } from 'vitest'
import { bucketOf as bucket } from './bucket-of.ts'
import { countBucketsLines, encryptLines } from './bulk-lines.ts'
import {
  type BulkAct,
  bulkPlan,
  confirmWord,
  countFates,
  type Known,
  keysMade,
  losing,
  tried,
  worstFirst,
} from './bulk-plan.ts'

const known: Known = { keys: new Set(['k1', 'prod-a', 'prod-a-b']), autoEncryption: false }
const set = (rest: Partial<Extract<BulkAct, { kind: 'set' }>> = {}): BulkAct => ({
  kind: 'set',
  mode: 'sse-kms',
  key: 'k1',
  createKeys: false,
  ...rest,
})
const step = (act: BulkAct, of: Bucket, more: Partial<Known> = {}) => bulkPlan(act, [of], { ...known, ...more })[0]!

describe('set', () => {
  test('what is so already is not done again, and what is not is', () => {
    expect(step(set(), bucket('a', { encryption: { mode: 'sse-kms', key: 'k1' } })).fate).toBe('already')
    expect(step(set(), bucket('a', { encryption: { mode: 'sse-kms', key: 'k2' } }))).toMatchObject({
      fate: 'done',
      after: { mode: 'sse-kms', key: 'k1' },
      why: 'What is there still needs k2.',
    })
    expect(step(set(), bucket('a')).fate).toBe('done')
  })

  test('the template names a key for each bucket, with dashes for dots', () => {
    const act = set({ key: 'prod-{bucket}' })
    expect(step(act, bucket('a')).after).toEqual({ mode: 'sse-kms', key: 'prod-a' })
    expect(step(act, bucket('a.b')).after).toEqual({ mode: 'sse-kms', key: 'prod-a-b' })
  })

  test('a key that KES has not is made when asked for, and fails otherwise', () => {
    const steps = bulkPlan(set({ key: 'new', createKeys: true }), [bucket('a'), bucket('b')], known)
    expect(steps.map(({ fate }) => fate)).toEqual(['done', 'done'])
    expect(keysMade(steps)).toEqual(['new'])
    expect(step(set({ key: 'new' }), bucket('a'))).toMatchObject({ fate: 'fails', why: 'KES has no key new.' })
  })

  test('nothing is claimed of keys that could not be listed', () => {
    expect(step(set({ key: 'new' }), bucket('a'), { keys: null })).toMatchObject({ fate: 'done', makes: undefined })
  })

  test('a name that KES does not take fails, key by key', () => {
    const long = 'x'.repeat(63)
    const steps = bulkPlan(
      set({ key: `a-long-prefix-of-its-own-{bucket}`, createKeys: true }),
      [bucket(long), bucket('a')],
      known,
    )
    expect(steps.map(({ fate }) => fate)).toEqual(['fails', 'done'])
  })

  test('before a key is named nothing is foretold', () => {
    expect(step(set({ key: undefined }), bucket('a'))).toMatchObject({ fate: 'unsure', why: 'No key is named yet.' })
  })

  test('where the setting could not be read, MinIO decides', () => {
    expect(step(set(), bucket('a', { encryption: null, trouble: 'refused' })).fate).toBe('unsure')
  })
})

describe('clear', () => {
  const sealed = bucket('a', { encryption: { mode: 'sse-s3' } })
  test.each([
    [true, /Auto-encryption seals new objects/],
    [false, /^New objects lie in plaintext\.$/],
    [null, /unless auto-encryption is on, which could not be asked/],
  ])('says what new objects will be where auto-encryption is %s', (autoEncryption, words) => {
    expect(step({ kind: 'clear' }, sealed, { autoEncryption }).why).toMatch(words)
  })

  test('only what has something to lose loses it', () => {
    const steps = bulkPlan(
      { kind: 'clear' },
      [sealed, bucket('b'), bucket('c', { encryption: null, trouble: 'refused' })],
      known,
    )
    expect(losing(steps).map((each) => each.bucket)).toEqual(['a', 'c'])
    expect(confirmWord(losing(steps))).toBe('2')
    expect(confirmWord([steps[0]!])).toBe('a')
  })
})

test('bringing back follows each bucket’s own rule, also where it clears', () => {
  const rule = { pattern: '*', drifted: true }
  const steps = bulkPlan(
    { kind: 'house', createKeys: false },
    [
      bucket('no-rule'),
      bucket('so', { encryption: { mode: 'sse-s3' }, house: { ...rule, mode: 'sse-s3', drifted: false } }),
      bucket('kms', { house: { ...rule, mode: 'sse-kms', key: 'k1' } }),
      bucket('clear', { encryption: { mode: 'sse-s3' }, house: { ...rule, mode: 'none' } }),
      bucket('unread', { encryption: null, house: { ...rule, mode: 'sse-s3', drifted: null } }),
    ],
    known,
  )
  expect(steps.map(({ fate }) => fate)).toEqual(['left', 'already', 'done', 'done', 'unsure'])
  expect(losing(steps).map((each) => each.bucket)).toEqual(['clear'])
  expect(countFates(steps)).toContainEqual({ fate: 'done', count: 2 })
})

describe('probe', () => {
  const probe = (locked: boolean): BulkAct => ({ kind: 'probe', locked })
  test('a locked bucket is left alone unless asked for', () => {
    expect(step(probe(false), bucket('a', { locking: true })).fate).toBe('left')
    expect(step(probe(true), bucket('a', { locking: true })).fate).toBe('done')
  })
  test('what is not known is said, and a replicated probe too', () => {
    expect(step(probe(false), bucket('a', { locking: null })).fate).toBe('unsure')
    expect(step(probe(false), bucket('a', { replication: true }))).toMatchObject({
      fate: 'done',
      why: 'What it promises is not known. The probe object is replicated too.',
    })
  })
})

test('a probe is told with what it is to find', () => {
  const effective = { mode: 'sse-kms' as const, key: 'k1', reason: 'The bucket’s configuration.' }
  expect(step({ kind: 'probe', locked: false }, bucket('a', { effective })).why).toBe('It promises SSE-KMS, k1.')
})

test('counting goes on where it was cut off, unless it begins anew', () => {
  const cut = bucket('a', {
    coverage: { takenAt: null, prefix: '', total: 5, plain: 0, plainBytes: 0, unknown: 0 },
    usage: { objects: 12000, bytes: 1 },
  })
  expect(step({ kind: 'count', fresh: false }, cut).why).toBe(
    'Goes on where it was cut off. About 12\u202f000 objects.',
  )
  expect(step({ kind: 'count', fresh: true }, cut).why).toBe('About 12\u202f000 objects.')
})

describe('lines', () => {
  const plan = (act: BulkAct, names: string[]) =>
    tried(
      bulkPlan(
        act,
        names.map((name) => bucket(name)),
        { ...known, keys: null },
      ),
    )
  test('one bucket is one line, more are a loop', () => {
    expect(encryptLines(plan(set({ mode: 'sse-s3', key: undefined }), ['a']))).toEqual([
      'mc encrypt set sse-s3 ALIAS/a',
    ])
    expect(encryptLines(plan(set(), ['a', 'b']), 'k1')).toEqual([
      'for b in a b; do',
      '  mc encrypt set sse-kms k1 "ALIAS/$b"',
      'done',
    ])
  })

  test('a template stays one in the loop, and dots become dashes there too', () => {
    expect(encryptLines(plan(set({ key: 'prod-{bucket}' }), ['a.b', 'c']), 'prod-{bucket}')).toEqual([
      'for b in a.b c; do',
      '  mc encrypt set sse-kms "prod-$' + '{b//./-}" "ALIAS/$b"',
      'done',
    ])
    expect(encryptLines(plan(set({ key: 'prod-{bucket}' }), ['a.b']), 'prod-{bucket}')).toEqual([
      'mc encrypt set sse-kms prod-a-b ALIAS/a.b',
    ])
  })

  test('many names are broken into lines that the shell joins', () => {
    const names = Array.from({ length: 10 }, (_, each) => `b${each}`)
    const lines = encryptLines(plan(set(), names), 'k1')
    expect(lines[0]).toBe('for b in \\')
    expect(lines.slice(1, -2).join(' ')).toBe('  b0 b1 b2 b3 b4 b5 b6 b7 \\   b8 b9; do')
  })
})

test('no line that counts buckets asks for the metadata of all versions: it ends at the first delete marker', () => {
  const lines = countBucketsLines(bulkPlan({ kind: 'count', fresh: false }, [bucket('a'), bucket('b')], known))
  expect(lines).toContain('  mc stat --recursive --json "ALIAS/$b"')
  expect(lines.join('\n')).not.toMatch(/stat.*--versions/)
})

test('what would fail and what changes comes before what stays', () => {
  const steps = bulkPlan(
    set({ key: 'prod-{bucket}' }),
    [bucket('a', { encryption: { mode: 'sse-kms', key: 'prod-a' } }), bucket('a.b'), bucket('no-key')],
    known,
  )
  expect(worstFirst(steps).map(({ bucket: name, fate }) => `${name}: ${fate}`)).toEqual([
    'no-key: fails',
    'a.b: done',
    'a: already',
  ])
})
