import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client as Mc, withClient } from '@strongroom/sandbox/client'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { enterTargetSecret, enterTierSecret, listRemoteSecrets } from '@strongroom/shared/remote-secrets'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bucketTargetsSeal } from '../src/crypto/classify.ts'
import { objectSeal } from '../src/crypto/object-key.ts'
import { parseXlMeta } from '../src/crypto/xl-meta.ts'
import { listRemoteTargets, rewriteTargets } from '../src/minio/remote-targets.ts'
import { rewriteTiers } from '../src/minio/tiers.ts'
import { type Credentials, connectMinio, type Minio } from '../src/minio/transport.ts'
import { Secret } from '../src/secret.ts'
import type { Client } from './client.ts'
import { openConsole } from './console.ts'
import { readStoredItem } from './drives.ts'
import { type House, openHouse } from './house.ts'

const OLD_KEY = 'minio-iam-2026a'
const NEW_KEY = 'minio-iam-2026b'
const BUCKET = 'mirrored'
/** Of the fixture’s cluster. */
const REGION = 'eu-central-1'
const remoteRoot = { accessKey: 'remote-root', secretKey: 'remote-password' }
const guest = { accessKey: 'guest', secretKey: 'guest-secret-1' }
const { accessKey, secretKey } = guest

let house: House
/** Holds the tiers and the copies of the bucket. */
let remote: Server
let minio: Minio
let me: Credentials
let browser: Client

const remoteMc = <Result>(use: (mc: Mc) => Promise<Result>) =>
  withClient({ endpoint: remote.endpoint, ...remoteRoot }, join(house.dir, 'remote-mc'), use)

/** What seals the tiers and the targets on the drive. */
function seals() {
  const meta = readFileSync(join(house.drives[0]!, '.minio.sys/config/tier-config.bin/xl.meta'))
  const { latestVersion } = parseXlMeta(meta)
  if (latestVersion.deleted) throw new Error('the tiers are gone')
  const targets = bucketTargetsSeal(readStoredItem(house.drives, `buckets/${BUCKET}/.metadata.bin`))
  return { tiers: objectSeal(latestVersion.metaSys), targets }
}

const bytesOf = () => ({
  tiers: readFileSync(join(house.drives[0]!, '.minio.sys/config/tier-config.bin/xl.meta')).toString('base64'),
  targets: readStoredItem(house.drives, `buckets/${BUCKET}/.metadata.bin`).toString('base64'),
})

const sealedBy = (key: string) => ({ state: 'kms' as const, key })
const target = async () => (await listRemoteTargets(minio, me, BUCKET))[0]!

/** Whether MinIO gets into a tier with what it has in memory now. */
const tierWorks = (name: string) =>
  minio.send({ method: 'GET', path: `/minio/admin/v3/tier/${name}`, credentials: me }).then(
    () => true,
    () => false,
  )

/** Whether a new object reaches the other server. */
async function replicates(name: string) {
  await minio.send({ method: 'PUT', path: `/${BUCKET}/${name}`, body: 'hello', credentials: me })
  const credentials = { accessKey: remoteRoot.accessKey, secretKey: new Secret(remoteRoot.secretKey) }
  const far = connectMinio({ endpoint: new URL(remote.endpoint), region: 'us-east-1' })
  await vi.waitFor(() => far.send({ method: 'HEAD', path: `/copies/${name}`, credentials }), 15_000)
  await far.close()
}

beforeAll(async () => {
  house = await openHouse({ fixture: 'kes-latest' })
  const { rootUser, rootPassword } = house.truth
  remote = await startMinio({
    drives: [join(house.dir, 'remote/drive')],
    env: { MINIO_ROOT_USER: remoteRoot.accessKey, MINIO_ROOT_PASSWORD: remoteRoot.secretKey },
  })
  await remoteMc(async (mc) => {
    for (const name of ['copies', 'cold', 'cool']) await mc('mb', '--with-versioning', `demo/${name}`)
    await mc('admin', 'user', 'add', 'demo', accessKey, secretKey)
    await mc('admin', 'policy', 'attach', 'demo', 'readwrite', '--user', accessKey)
  })
  const pair = ['--access-key', accessKey, '--secret-key', secretKey, '--endpoint', remote.endpoint]
  const copies = `http://${accessKey}:${secretKey}@${new URL(remote.endpoint).host}/copies`
  await house.mc(async (mc) => {
    await mc('mb', '--with-versioning', `demo/${BUCKET}`)
    await mc('ilm', 'tier', 'add', 'minio', 'demo', 'COLD', ...pair, '--bucket', 'cold')
    await mc('ilm', 'tier', 'add', 's3', 'demo', 'COOL', ...pair, '--bucket', 'cool', '--region', 'us-east-1')
    await mc('replicate', 'add', `demo/${BUCKET}`, '--remote-bucket', copies)
  })
  // What is there lies under the old key from now on, and the next write goes under the new one.
  await restart(NEW_KEY)
  minio = connectMinio({ endpoint: new URL(house.minio.endpoint), region: REGION })
  me = { accessKey: rootUser, secretKey: new Secret(rootPassword) }
  browser = await (await openConsole(house)).rootBrowser()
}, 120_000)

afterAll(async () => {
  await minio?.close()
  await remote?.stop()
  await house?.close()
})

function restart(keyName: string) {
  const { rootUser: MINIO_ROOT_USER, rootPassword: MINIO_ROOT_PASSWORD } = house.truth
  return house.startMinio({ MINIO_ROOT_USER, MINIO_ROOT_PASSWORD, ...house.kesLines(keyName) })
}

const UNTOUCHED = { tiers: sealedBy(OLD_KEY), targets: sealedBy(OLD_KEY) }

test('what is kept is listed, without its secrets', async () => {
  const { tiers, targets } = await browser.call(listRemoteSecrets, {})
  const { endpoint } = remote
  expect(tiers).toEqual([
    { name: 'COLD', type: 'minio', endpoint },
    { name: 'COOL', type: 's3', endpoint },
  ])
  expect(targets).toContainEqual({
    bucket: BUCKET,
    arn: (await target()).arn,
    endpoint: new URL(endpoint).host,
    targetBucket: 'copies',
    accessKey,
  })
})

describe('what is refused there', () => {
  test.each(['COLD', 'COOL'])('leaves the drives and the tier as they are: %s', async (name) => {
    const before = bytesOf()
    expect(seals()).toEqual(UNTOUCHED)
    const refusal = await browser.refusal(enterTierSecret, { name, accessKey, secretKey: 'guest-secret-2' })
    expect(refusal).toMatchObject({
      code: 'upstream-failed',
      detail: 'MinIO tried these credentials at the tier and was refused. Nothing was changed.',
    })
    expect(bytesOf()).toEqual(before)
    expect(await tierWorks(name)).toBe(true)
  })

  test.each([
    ['another secret', { accessKey, secretKey: 'guest-secret-2' }],
    ['an unknown account', { accessKey: 'nobody', secretKey: 'guest-secret-2' }],
  ])('leaves the drives and the target as they are: %s', async (_, pair) => {
    const before = bytesOf()
    const { arn } = await target()
    expect(await browser.refusal(enterTargetSecret, { bucket: BUCKET, arn, ...pair })).toMatchObject({
      code: 'upstream-failed',
      detail: 'MinIO tried these credentials at the target and was refused. Nothing was changed.',
    })
    expect(bytesOf()).toEqual(before)
    await replicates(`after-${pair.accessKey}`)
  })

  test('is told from a server that is away', async () => {
    const { arn } = await target()
    const { drives, endpoint } = remote
    await remote.stop()
    expect(await browser.refusal(enterTierSecret, { name: 'COLD', accessKey, secretKey })).toMatchObject({
      detail: 'MinIO could not reach the tier to try the credentials. Nothing was changed.',
    })
    expect(await browser.refusal(enterTargetSecret, { bucket: BUCKET, arn, accessKey, secretKey })).toMatchObject({
      detail: 'MinIO could not reach the target to try these credentials. Nothing was changed.',
    })
    remote = await startMinio({
      drives,
      port: Number(new URL(endpoint).port),
      env: { MINIO_ROOT_USER: remoteRoot.accessKey, MINIO_ROOT_PASSWORD: remoteRoot.secretKey },
    })
    expect(seals()).toEqual(UNTOUCHED)
  })

  test('and so is what does not exist', async () => {
    const arn = 'arn:minio:replication::00000000-0000-0000-0000-000000000000:copies'
    const pair = { accessKey, secretKey }
    for (const refusal of [
      await browser.refusal(enterTierSecret, { name: 'NONE', ...pair }),
      await browser.refusal(enterTargetSecret, { bucket: BUCKET, arn, ...pair }),
      await browser.refusal(enterTargetSecret, { bucket: 'nothing', arn, ...pair }),
    ])
      expect(refusal.code).toBe('not-found')
  })
})

test('the secret of one tier brings all under the default key, and that of a target its bucket’s', async () => {
  expect(seals()).toEqual(UNTOUCHED)
  await browser.call(enterTierSecret, { name: 'COLD', accessKey, secretKey })
  expect(seals()).toEqual({ tiers: sealedBy(NEW_KEY), targets: sealedBy(OLD_KEY) })
  const { tiers } = bytesOf()
  await browser.call(enterTierSecret, { name: 'COOL', accessKey, secretKey })
  expect(bytesOf().tiers).not.toBe(tiers)
  await browser.call(enterTargetSecret, { bucket: BUCKET, arn: (await target()).arn, accessKey, secretKey })
  expect(seals()).toEqual({ tiers: sealedBy(NEW_KEY), targets: sealedBy(NEW_KEY) })

  await restart(NEW_KEY)
  expect([await tierWorks('COLD'), await tierWorks('COOL')]).toEqual([true, true])
  await replicates('after-the-secret')
}, 60_000)

test('a target takes the credentials of another account', async () => {
  const other = { accessKey: 'guest2', secretKey: 'guest2-secret' }
  await remoteMc(async (mc) => {
    await mc('admin', 'user', 'add', 'demo', other.accessKey, other.secretKey)
    await mc('admin', 'policy', 'attach', 'demo', 'readwrite', '--user', other.accessKey)
  })
  await browser.call(enterTargetSecret, { bucket: BUCKET, arn: (await target()).arn, ...other })
  expect((await target()).accessKey).toBe(other.accessKey)
  await replicates('as-another')
}, 30_000)

test('an edit that changes nothing needs no secret, for targets and tiers of type s3', async () => {
  await restart(OLD_KEY)
  const before = await target()
  await rewriteTiers(minio, me, 'COOL')
  await rewriteTargets(minio, me, before)
  expect(seals()).toEqual(UNTOUCHED)

  await restart(NEW_KEY)
  await expect(browser.call(enterTierSecret, { name: 'COLD' })).rejects.toThrow(/only with its credentials/)
  await expect(browser.call(enterTierSecret, { name: 'COOL', accessKey: 'alone' })).rejects.toThrow(/secret key/)
  await browser.call(enterTierSecret, { name: 'COOL' })
  await browser.call(enterTargetSecret, { bucket: BUCKET, arn: before.arn })
  expect(seals()).toEqual({ tiers: sealedBy(NEW_KEY), targets: sealedBy(NEW_KEY) })
  await restart(NEW_KEY)
  expect(await target()).toEqual(before)
  expect([await tierWorks('COLD'), await tierWorks('COOL')]).toEqual([true, true])
  await replicates('after-the-edit')
}, 60_000)
