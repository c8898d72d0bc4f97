import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client as Mc } from '@strongroom/sandbox/client'
import { startAudit } from '@strongroom/shared/iam'
import { type KeyUse, markKey, quarantineKey, readKeyDeletion, readKeyUsage } from '@strongroom/shared/key-deletion'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectMinio } from '../src/minio/transport.ts'
import { listVersionsWithMetadata, type VersionMarker } from '../src/minio/version-listing.ts'
import { Secret } from '../src/secret.ts'
import type { Client } from './client.ts'
import { DEFAULT_KEY, KeyDeletionHouse, VIEWER } from './key-deletion-house.ts'

const CLUSTER_Y = 'c'.repeat(64)
const mark = { otherClusters: 'Nobody else uses this KES, I think.' }

let place: KeyDeletionHouse
let browser: Client
let otherBrowser: () => Client
const mc = <T>(use: (mc: Mc) => Promise<T>) => place.house.mc(use)

/** MinIO seals with `key` what `act` makes it write, and runs on its everyday key again afterwards. */
async function under(key: string, act: (mc: Mc) => Promise<unknown>) {
  await place.restart(key)
  await mc(act)
  await place.restart(DEFAULT_KEY)
}

/** Each key is needed in one place alone. */
beforeAll(async () => {
  place = await KeyDeletionHouse.open()
  const { dir, truth } = place.house
  const file = join(dir, 'paper.txt')
  writeFileSync(file, 'x'.repeat(2000))
  await mc(async (mc) => {
    await mc('admin', 'kms', 'key', 'create', 'demo', 'of-cluster-y')
    await mc('admin', 'kms', 'key', 'create', 'demo', 'of-a-bucket')
    await mc('admin', 'kms', 'key', 'create', 'demo', 'retained')
    await mc('mb', '--with-lock', 'demo/locked')
    await mc('cp', '--enc-kms', 'demo/locked/=retained', file, 'demo/locked/contract.txt')
    await mc('retention', 'set', 'compliance', '1d', 'demo/locked/contract.txt')
    await mc('rm', 'demo/locked/contract.txt')
    for (const bucket of ['near', 'far', 'hidden', 'defaulted']) await mc('mb', '--with-versioning', `demo/${bucket}`)
    await mc('cp', '--enc-s3', 'demo/far/', file, 'demo/far/seen.txt')
    await mc('encrypt', 'set', 'sse-kms', 'of-a-bucket', 'demo/defaulted')
  })
  await under('of-a-target', (mc) => {
    const { host } = new URL(place.house.minio.endpoint)
    const far = `http://${truth.rootUser}:${truth.rootPassword}@${host}/far`
    return mc('replicate', 'add', 'demo/near', '--remote-bucket', far)
  })
  await under('of-the-history', (mc) => mc('admin', 'config', 'set', 'demo', 'scanner', 'speed=slow'))
  // The settings themselves go under the everyday key again; what they were stays behind.
  await mc((mc) => mc('admin', 'config', 'set', 'demo', 'scanner', 'speed=default'))
  await under('below-a-marker', async (mc) => {
    await mc('cp', '--enc-s3', 'demo/hidden/', file, 'demo/hidden/gone.txt')
    await mc('rm', 'demo/hidden/gone.txt')
  })
  await place.runKes({ others: { 'cluster-y': CLUSTER_Y } })
  ;({ browser, otherBrowser } = await place.console())
  await browser.job(startAudit, {})
}, 120_000)

afterAll(() => place?.close())

const usesOf = async (name: string, verdict: KeyUse['verdict']) => {
  const { uses, deletable, reasons } = await browser.call(readKeyUsage, { name })
  expect(deletable).toBe(false)
  expect(reasons.length).toBe(uses.filter((use) => use.verdict !== 'free').length)
  return uses.filter((use) => use.verdict === verdict)
}

test.each([
  ['of-a-target', 'bucket-targets', 'buckets/near/.metadata.bin'],
  ['of-the-history', 'config-history', expect.stringMatching(/^config\/history\/.+\.kv$/)],
  ['retained', 'objects', expect.stringMatching(/^locked\/contract\.txt \(version [0-9a-f-]{36}\)$/)],
  ['of-a-bucket', 'bucket-defaults', 'defaulted'],
])('a key that is needed by one thing alone is not even marked: %s, %s', async (name, where, example) => {
  expect(await usesOf(name, 'in-use')).toMatchObject([{ place: where, examples: [example] }])
  const refusal = await browser.refusal(markKey, { name, ...mark })
  expect(refusal.code).toBe('unsafe-now')
  expect(refusal.detail).toContain('was not marked')
})

test('a key that may seal an SSE-S3 object below a delete marker is not deleted', async () => {
  expect(await usesOf('below-a-marker', 'in-use')).toEqual([])
  const objects = (await usesOf('below-a-marker', 'unknown')).find((use) => use.place === 'objects')
  expect(objects!.examples.join()).toMatch(/hidden\/gone\.txt \(version /)
  expect(objects!.detail).toContain('mc stat')
  await browser.call(markKey, { name: 'below-a-marker', ...mark })
  place.now = new Date(Date.now() + 8 * 24 * 60 * 60_000)
  const refusal = await browser.refusal(quarantineKey, { name: 'below-a-marker' })
  expect(refusal).toMatchObject({ code: 'unsafe-now', detail: expect.stringContaining('hidden/gone.txt') })
})

test('the key of an SSE-S3 object is read from the drives, where that can be', async () => {
  const objects = (await usesOf(DEFAULT_KEY, 'in-use')).find((use) => use.place === 'objects')
  expect(objects).toMatchObject({ count: 1, examples: ['far/seen.txt'] })
})

test('a key that another cluster may use is not deleted, whatever is said of it', async () => {
  const found = (await usesOf('of-cluster-y', 'unknown')).find((use) => use.place === 'other-clusters')
  expect(found).toMatchObject({ count: 1, examples: ['cccccccc… (policy cluster-y)'] })
  await browser.call(markKey, { name: 'of-cluster-y', ...mark })
  place.now = new Date(Date.now() + 8 * 24 * 60 * 60_000)
  const refusal = await browser.refusal(quarantineKey, { name: 'of-cluster-y' })
  expect(refusal).toMatchObject({ code: 'unsafe-now', detail: expect.stringContaining('cluster-y') })
  const { policies } = await browser.call(readKeyDeletion, { name: 'of-cluster-y' })
  expect(policies!.find(({ policy }) => policy === 'cluster-y')).toEqual({
    policy: 'cluster-y',
    identities: [CLUSTER_Y],
    denies: false,
    lines: ['/v1/key/generate/of-cluster-y', '/v1/key/decrypt/of-cluster-y'],
  })
})

/** May look at keys and drives, and at one bucket of five. `admin:InspectData` comes with `admin:*`. */
const NARROW = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['kms:*'] },
    { Effect: 'Allow', Action: ['admin:*'] },
    { Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::far', 'arn:aws:s3:::far/*'] },
  ],
}

test('who may list some buckets alone learns that there are others', async () => {
  const secret = 'vera-secret-1'
  await mc(async (mc) => {
    const file = join(place.house.dir, 'narrow.json')
    writeFileSync(file, JSON.stringify(NARROW))
    await mc('admin', 'policy', 'create', 'demo', 'narrow', file)
    await mc('admin', 'user', 'add', 'demo', VIEWER, secret)
    await mc('admin', 'policy', 'attach', 'demo', 'narrow', '--user', VIEWER)
  })
  const narrow = otherBrowser()
  await narrow.signIn(VIEWER, secret)
  const { uses } = await narrow.call(readKeyUsage, { name: 'of-a-bucket' })
  const found = Object.fromEntries(uses.map((use) => [use.place, use]))
  expect(found['bucket-defaults']).toMatchObject({
    verdict: 'unknown',
    examples: ['defaulted', 'hidden', 'locked', 'near'],
  })
  expect(found.objects).toMatchObject({ verdict: 'unknown' })
})

test('versions are listed page by page, delete markers apart', async () => {
  const { rootUser: accessKey, rootPassword } = place.house.truth
  const minio = connectMinio({ endpoint: new URL(place.house.minio.endpoint), region: 'us-east-1' })
  const credentials = { accessKey, secretKey: new Secret(rootPassword) }
  for (const name of ['a b+c', 'd&e']) await minio.send({ method: 'PUT', path: `/far/${name}`, body: 'x', credentials })
  await minio.send({ method: 'DELETE', path: '/far/a b+c', credentials })
  const seen: string[] = []
  let after: VersionMarker | undefined
  do {
    const page = await listVersionsWithMetadata(minio, credentials, 'far', { after, limit: 1 })
    seen.push(...page.versions.map(({ key, mode }) => `${key} ${mode}`), ...Array<string>(page.markers).fill('marker'))
    after = page.next
  } while (after !== undefined)
  expect(seen).toEqual(['marker', 'a b+c none', 'd&e none', 'seen.txt sse-s3'])
  await minio.close()
})
