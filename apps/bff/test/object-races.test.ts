import { createHash } from 'node:crypto'
import { startObjectEncryption } from '@strongroom/shared/object-encryption'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { copyInPieces, Superseded } from '../src/cluster/buckets/copy-pieces.ts'
import { RemovalCandidates } from '../src/cluster/buckets/removal-candidates.ts'
import { type RemovalScope, removePlainVersion } from '../src/cluster/buckets/remove-plain-version.ts'
import { readFacts } from '../src/minio/object-facts.ts'
import type { Minio } from '../src/minio/transport.ts'
import { openConsole, type TestConsole } from './console.ts'
import { type House, openHouse } from './house.ts'
import { Hand } from './objects-setup.ts'
import { addUser, allow, SECRET } from './users.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let house: House
let opened: TestConsole
let hand: Hand
beforeAll(async () => {
  const keys = new Map([['races', Buffer.alloc(32, 1)]])
  house = await openHouse({ fixture: 'plaintext-latest', onKes: { keyName: 'races', keys } })
  opened = await openConsole(house)
  hand = new Hand(house)
})
afterAll(async () => {
  await hand?.close()
  await house?.close()
})

const BUCKET = 'races'

const scopeOf = (minio: Minio): RemovalScope => ({
  ...{ minio, credentials: hand.root, signal: new AbortController().signal, bucket: BUCKET },
  ...{ dryRun: false, locked: false, replicated: false, requireHeld: async () => {} },
})

const versioning = (state: 'enable' | 'suspend') => house.mc((mc) => mc('version', state, `demo/${BUCKET}`))

/** A plain version without an id below an encrypted one of the same bytes. */
async function stack(key: string) {
  await hand.put(BUCKET, key, 'old bytes')
  await versioning('enable')
  await hand.put(BUCKET, key, 'old bytes', { 'x-amz-server-side-encryption': 'AES256' })
  return new RemovalCandidates().next((await hand.versions(BUCKET)).filter((version) => version.key === key))[0]!
}

/** Somebody does something right before a call. */
const racing = (method: string, act: () => Promise<unknown>): Minio => ({
  ...hand.minio,
  send: async (call) => {
    if (call.method === method) await act()
    return hand.minio.send(call)
  },
})

test('a plain version without an id is removed while versioning is on', async () => {
  await hand.newBucket(BUCKET)
  const candidate = await stack('on')
  expect(candidate.plain.versionId).toBe('null')
  expect(await removePlainVersion(scopeOf(hand.minio), candidate)).toEqual({ is: 'removed', bytes: 9 })
  expect(await hand.versions(BUCKET)).toMatchObject([{ key: 'on', mode: 'sse-s3', current: true }])
})

test('while versioning is suspended a new write could take its place: it is left', async () => {
  await versioning('suspend')
  const candidate = await stack('suspended')
  await versioning('suspend')
  const written = racing('DELETE', () => hand.put(BUCKET, 'suspended', 'new bytes of a client'))
  expect(await removePlainVersion(scopeOf(written), candidate)).toMatchObject({
    is: 'left',
    reason: expect.stringContaining('Has no version id'),
  })
  await hand.put(BUCKET, 'suspended', 'new bytes of a client')
  const ended = removePlainVersion(scopeOf(written), candidate)
  await expect(ended).resolves.toMatchObject({ is: 'left' })
  expect(Buffer.from(await hand.get(BUCKET, 'suspended')).toString()).toBe('new bytes of a client')
})

test('versioning is suspended while the bytes are compared, and somebody writes', async () => {
  const candidate = await stack('meanwhile')
  let reads = 0
  const slow = racing('GET', async () => {
    // The second of the two objects that are compared.
    if (++reads !== 3) return
    await versioning('suspend')
    await hand.put(BUCKET, 'meanwhile', 'new bytes of a client')
  })
  await expect(removePlainVersion(scopeOf(slow), candidate)).rejects.toMatchObject({ code: 'upstream-failed' })
  expect(Buffer.from(await hand.get(BUCKET, 'meanwhile')).toString()).toBe('new bytes of a client')
})

test('metadata that somebody changes during a copy in pieces is not lost, although the ETag stays', async () => {
  const bucket = 'races-pieces'
  await hand.newBucket(bucket)
  await hand.putParts(bucket, 'key', [5 * 2 ** 20, 10], { 'x-amz-meta-a': 'old', 'x-amz-tagging': 'a=old' })
  const before = await readFacts(hand.minio, hand.root, { bucket, key: 'key' })
  const tagging = '<Tagging><TagSet><Tag><Key>a</Key><Value>new</Value></Tag></TagSet></Tagging>'
  let tagged = false
  const minio = racing('PUT', async () => {
    if (tagged) return
    tagged = true
    const headers = { 'content-md5': createHash('md5').update(tagging).digest('base64') }
    await hand.send({ method: 'PUT', path: `/${bucket}/key`, query: { tagging: '' }, body: tagging, headers })
  })
  const scope = { minio, credentials: hand.root, signal: new AbortController().signal }
  const order = { facts: before, sealing: { mode: 'sse-s3' }, keep: true } as const
  await expect(copyInPieces(scope, { bucket, key: 'key' }, order)).rejects.toThrow(Superseded)
  expect(await readFacts(hand.minio, hand.root, { bucket, key: 'key' })).toMatchObject({
    ...{ etag: before.etag, tags: 'a=new' },
    seal: { mode: 'none' },
  })
})

test('who may not list the bucket learns nothing from a run that was cut off', async () => {
  await addUser(house, 'stranger', [allow(['s3:GetBucketLocation'], 'races-elsewhere')])
  const stranger = opened.browser()
  await stranger.signIn('stranger', SECRET)
  const accepted = ['versioned', 'locked', 'replicated', 'notified', 'lifecycle'] as const
  await hand.newBucket('races-secret')
  const refused = await stranger.refusal(startObjectEncryption, {
    ...{ bucket: 'races-secret', mode: 'sse-s3' as const, accepted: [...accepted] },
  })
  expect(refused).toMatchObject({ status: 403 })
})
