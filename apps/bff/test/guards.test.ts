import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client as Mc, withClient } from '@strongroom/sandbox/client'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { requireUndisturbed } from '../src/cluster/migrate/guard.ts'
import { JOB_POLICY } from '../src/cluster/migrate/job-policy.ts'
import { AppError } from '../src/errors.ts'
import { readPools } from '../src/minio/pools.ts'
import { assumeRole } from '../src/minio/sts.ts'
import { connectMinio, type Minio } from '../src/minio/transport.ts'
import { Secret } from '../src/secret.ts'

const root = { accessKey: 'rootuser', secretKey: 'root-password' }
const carol = { accessKey: 'carol', secretKey: 'carol-secret' }
const KMS = { MINIO_KMS_SECRET_KEY: 'test-key:YWNtZS1zdGF0aWMta21zLWtleS1vZi0zMi1ieXRlcyE=' }
const OTHER_KMS = { MINIO_KMS_SECRET_KEY: 'other-key:b3RoZXItc3RhdGljLWttcy1rZXktMzItYnl0ZXMtbG8=' }

let dir: string
const servers: Server[] = []
const doors: Minio[] = []

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-guards-'))
})

afterEach(async () => {
  for (const door of doors.splice(0)) await door.close()
  for (const server of servers.splice(0)) await server.stop()
})

afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function start(name: string, drives: readonly string[], variables: Readonly<Record<string, string>> = KMS) {
  const server = await startMinio({
    drives: drives.map((drive) => join(dir, name, drive)),
    env: { MINIO_CI_CD: '1', MINIO_ROOT_USER: root.accessKey, MINIO_ROOT_PASSWORD: root.secretKey, ...variables },
    logFile: join(dir, `${name}.log`),
  })
  servers.push(server)
  return server
}

const withMc = <Result>({ endpoint }: Server, use: (mc: Mc) => Promise<Result>) =>
  withClient({ endpoint, ...root }, join(dir, `mc-${servers.length}`), use)

const connect = ({ endpoint }: Server) => {
  const door = connectMinio({ endpoint: new URL(endpoint), region: 'us-east-1' })
  doors.push(door)
  return door
}

/** As a job: with temporary credentials that {@link JOB_POLICY} narrows. */
async function jobOf(server: Server, { accessKey, secretKey } = root, policy = JOB_POLICY) {
  const minio = connect(server)
  const signIn = { accessKey, secretKey: new Secret(secretKey), durationSeconds: 900, policy }
  return { minio, credentials: (await assumeRole(minio, signIn)).credentials }
}

/** Code and words of the refusal; null where there is none. */
const refusal = (ask: Promise<void>) =>
  ask.then(
    () => null,
    (error: unknown) => {
      if (error instanceof AppError) return `${error.code}: ${error.detail}`
      throw error
    },
  )

describe('an account that may not ask', () => {
  test.each(['admin:ServerInfo', 'admin:SiteReplicationInfo'])('is told that it lacks %s', async (action) => {
    const server = await start(`lacking-${action.slice(6)}`, ['drive'])
    const narrower = JOB_POLICY.replace(`"${action}",`, '')
    expect(await refusal(requireUndisturbed(await jobOf(server, root, narrower)))).toMatch(
      new RegExp(`^not-allowed: Whether .* could not be told, so nothing is rewritten\\..* lacks ${action}`),
    )
  })

  test('to ask about rebalancing is told so where there are several pools', async () => {
    const server = await start('lacking-rebalance', ['one/drive{1...4}', 'two/drive{1...4}'])
    const narrower = JOB_POLICY.replace('"admin:Rebalance",', '')
    expect(await refusal(requireUndisturbed(await jobOf(server, root, narrower)))).toMatch(
      /^not-allowed: Whether pools are rebalanced .* lacks admin:Rebalance/,
    )
  })
})

describe('pools', () => {
  test('a cluster of two is left alone while one is emptied', async () => {
    const server = await start('pools', ['one/drive{1...4}', 'two/drive{1...4}'])
    const job = await jobOf(server)
    expect(await refusal(requireUndisturbed(job))).toBeNull()
    await fill(connect(server), 800)
    const leaving = join(dir, 'pools', 'two/drive{1...4}')
    const said = await withMc(server, async (mc) => {
      await mc('admin', 'decommission', 'start', 'demo', leaving)
      return refusal(requireUndisturbed(job))
    })
    expect(said).toBe(
      `unsafe-now: MinIO empties the pool ${leaving}, and moves the same items. Wait for its end, or cancel it. Nothing is rewritten.`,
    )
    await vi.waitFor(
      async () =>
        expect(await readPools(job.minio, job.credentials)).toEqual([
          { name: join(dir, 'pools', 'one/drive{1...4}'), decommission: 'none' },
          { name: leaving, decommission: 'complete' },
        ]),
      30_000,
    )
    expect(await refusal(requireUndisturbed(job))).toBeNull()
  }, 90_000)
})

describe('drives', () => {
  test('a replaced drive is waited for, before and while MinIO fills it', async () => {
    const server = await start('heal', ['drive{1...4}'])
    const job = await jobOf(server)
    expect(await refusal(requireUndisturbed(job))).toBeNull()
    await fill(connect(server), 800)
    const drive = join(dir, 'heal', 'drive4')
    for (const name of readdirSync(drive)) rmSync(join(drive, name), { recursive: true, force: true })
    const named = `unsafe-now: MinIO fills a replaced drive anew: ${drive}.`
    await vi.waitFor(async () => expect(await refusal(requireUndisturbed(job))).toContain(named), 10_000)

    // MinIO looks for replaced drives every ten seconds or so. It is `ok` while it is filled.
    const states = new Set<string>()
    await vi.waitFor(
      async () => {
        const said = await refusal(requireUndisturbed(job))
        states.add(`${await driveState(job, drive)} ${said === null ? 'passes' : 'is refused'}`)
        expect(said).toBeNull()
      },
      { timeout: 60_000, interval: 20 },
    )
    expect([...states]).toContain('ok is refused')
  }, 90_000)
})

describe('sites that replicate each other', () => {
  test('one without a KMS would store plaintext, so nothing is rewritten', async () => {
    const [near, far] = await replicating('plain', KMS, {})
    expect(await refusal(requireUndisturbed(await jobOf(near, carol)))).toBe(
      `unsafe-now: There is no KMS at the site far (${far.endpoint}), so it would store what is rewritten in plaintext. Configure one there first. Rewritten items are copied there. Nothing is rewritten.`,
    )
  }, 60_000)

  test('with a KMS at both, of whatever key, work can begin', async () => {
    const [near, far] = await replicating('sealed', KMS, OTHER_KMS)
    const job = await jobOf(near, carol)
    expect(await refusal(requireUndisturbed(job))).toBeNull()

    // MinIO keeps the sign-ins of the root user to one site.
    expect(await refusal(requireUndisturbed(await jobOf(near)))).toMatch(
      /^unsafe-now: The KMS of the site far .* does not know these credentials.* start the migration as a user/,
    )

    await far.stop()
    expect(await refusal(requireUndisturbed(job))).toMatch(
      /^unsafe-now: The KMS of the site far .* can’t be looked at: MinIO at .* did not answer/,
    )
  }, 60_000)
})

async function replicating(name: string, ...kms: [Readonly<Record<string, string>>, Readonly<Record<string, string>>]) {
  const near = await start(`${name}-near`, ['drive'], kms[0])
  const far = await start(`${name}-far`, ['drive'], kms[1])
  // MinIO takes the aliases for the names of the sites.
  await withMc(near, async (mc) => {
    await mc('alias', 'set', 'near', near.endpoint, root.accessKey, root.secretKey)
    await mc('alias', 'set', 'far', far.endpoint, root.accessKey, root.secretKey)
    await mc('admin', 'replicate', 'add', 'near', 'far')
    await mc('admin', 'user', 'add', 'near', carol.accessKey, carol.secretKey)
    await mc('admin', 'policy', 'attach', 'near', 'consoleAdmin', '--user', carol.accessKey)
  })
  // The attached policy and the user travel one after the other.
  await vi.waitFor(async () => {
    const there = await jobOf(far, carol)
    expect(await readPools(there.minio, there.credentials)).toEqual([])
  }, 10_000)
  return [near, far] as const
}

/** Small objects, so that moving or healing them takes MinIO a moment. */
async function fill(minio: Minio, count: number) {
  const credentials = { accessKey: root.accessKey, secretKey: new Secret(root.secretKey) }
  await minio.send({ method: 'PUT', path: '/papers', credentials })
  const put = (number: number) =>
    minio.send({ method: 'PUT', path: `/papers/${number}`, body: 'x'.repeat(2000), credentials })
  for (let number = 0; number < count; number += 16)
    await Promise.all(Array.from({ length: 16 }, (_, index) => put(number + index)))
}

/** As MinIO tells it, read here anew. */
async function driveState({ minio, credentials }: Awaited<ReturnType<typeof jobOf>>, path: string) {
  const { bytes } = await minio.send({ method: 'GET', path: '/minio/admin/v3/info', credentials })
  const { servers: nodes } = JSON.parse(Buffer.from(bytes).toString()) as {
    servers: { drives: { path: string; state: string }[] }[]
  }
  return nodes.flatMap(({ drives }) => drives).find((drive) => drive.path === path)?.state
}
