import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inParallel } from '../apps/bff/src/cluster/in-parallel.ts'
import { createBucket } from '../apps/bff/src/minio/buckets.ts'
import { type Credentials, connectMinio, type Minio, type MinioCall } from '../apps/bff/src/minio/transport.ts'
import { Secret } from '../apps/bff/src/secret.ts'
import { root } from '../apps/sandbox/src/binaries.ts'
import { type Client, withClient } from '../apps/sandbox/src/client.ts'
import { type Demo, type Ready, startDemo } from '../apps/sandbox/src/demo.ts'
import { envFileText } from '../apps/sandbox/src/env-file.ts'
import { startMinio } from '../apps/sandbox/src/minio.ts'
import { test as base } from './fixtures.ts'

export { expect, signIn } from './fixtures.ts'

/** Of the fixture kes-latest, and of the empty drive as well. */
const ROOT = { MINIO_ROOT_USER: 'console-root-admin', MINIO_ROOT_PASSWORD: 'console-Root-Secret-2026!' }
export const DEFAULT_KEY = 'minio-iam-2026a'
const AT_ONCE = 32

/** Of users that tests make. */
export const SECRET = 'a-secret-of-a-test-user'

type Worker = {
  /** What MinIO begins with: no bucket at all, or the six of the fixture kes-latest. */
  drives: 'empty' | 'kes-latest'
  demo: Ready
  hand: Hand
}

/** A cluster of its own that runs on KES from the start. */
export const test = base.extend<object, Worker>({
  drives: ['empty', { scope: 'worker', option: true }],

  demo: [
    async ({ drives }, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'strongroom-buckets-'))
      let demo: Demo | undefined
      try {
        const env = join(folder, 'minio.env')
        const kes = { MINIO_KMS_KES_ENDPOINT: 'auto', MINIO_KMS_KES_KEY_NAME: DEFAULT_KEY }
        writeFileSync(env, envFileText({ ...ROOT, ...kes }), { mode: 0o600 })
        const fixture = join(root, 'apps/sandbox/fixtures/kes-latest.tar.gz')
        const seed = drives === 'empty' ? await emptyDrive(folder) : fixture
        demo = await startDemo({ state: join(folder, 'demo'), seed, env })
        await use(demo.ready)
      } finally {
        await demo?.stop()
        rmSync(folder, { recursive: true, force: true })
      }
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  hand: [
    async ({ demo }, use) => {
      const hand = new Hand(demo)
      await use(hand)
      await hand.close()
    },
    { scope: 'worker' },
  ],
})

/** A drive that MinIO has formatted, and nothing in it. @returns an archive for the demo */
async function emptyDrive(folder: string) {
  const drive = join(folder, 'empty', 'drive1')
  mkdirSync(drive, { recursive: true })
  const minio = await startMinio({ drives: [drive], env: ROOT })
  await minio.stop()
  const archive = join(folder, 'empty.tar')
  execFileSync('tar', ['-cf', archive, '-C', folder, 'empty/drive1'])
  return archive
}

/** What is done to the cluster past the console, as root, and what MinIO's own client says of it. */
export class Hand {
  readonly #demo: Ready
  readonly #minio: Minio
  readonly #root: Credentials

  constructor(demo: Ready) {
    this.#demo = demo
    // The fixture's region; a cluster without one takes any.
    this.#minio = connectMinio({ endpoint: new URL(demo.minio.endpoint), region: 'eu-central-1' })
    this.#root = { accessKey: demo.accessKey, secretKey: new Secret(demo.secretKey) }
  }

  send = (call: Partial<MinioCall> & Pick<MinioCall, 'method' | 'path'>) =>
    this.#minio.send({ credentials: this.#root, ...call })

  close = () => this.#minio.close()

  mc<Result>(use: (mc: Client) => Promise<Result>): Promise<Result> {
    const target = { ...this.#demo, endpoint: this.#demo.minio.endpoint }
    return withClient(target, mkdtempSync(join(tmpdir(), 'strongroom-mc-')), use)
  }

  newBuckets = (names: readonly string[]) =>
    inParallel(names, AT_ONCE, (name) => createBucket(this.#minio, this.#root, name, { locking: false }))

  put = async (bucket: string, key: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
    void (await this.send({ method: 'PUT', path: `/${bucket}/${key}`, body, headers }))

  /** A user of MinIO who may do this, and nothing else. */
  async newUser(name: string, statements: readonly object[]) {
    const file = join(this.#demo.dir, `${name}.json`)
    writeFileSync(file, JSON.stringify({ Version: '2012-10-17', Statement: statements }))
    await this.mc(async (mc) => {
      await mc('admin', 'policy', 'create', 'demo', `${name}-policy`, file)
      await mc('admin', 'user', 'add', 'demo', name, SECRET)
      await mc('admin', 'policy', 'attach', 'demo', `${name}-policy`, '--user', name)
    })
    return { ...this.#demo, accessKey: name, secretKey: SECRET }
  }

  /** What `mc encrypt info` says of each: `none`, `sse-s3` or `sse-kms KEY`. */
  async encryptInfo(buckets: readonly string[]): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    await this.mc((mc) =>
      inParallel(buckets, 8, async (bucket) => void found.set(bucket, await encryptInfo(mc, bucket))),
    )
    return found
  }

  /** What `mc stat` says seals the current objects: `none`, `AES256` or `aws:kms KEY`, by key. */
  async sealsIn(bucket: string): Promise<Map<string, string>> {
    const text = await this.mc((mc) => mc('stat', '--recursive', `demo/${bucket}`))
    const found = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Stat) // One object a line.
    return new Map(found.map(({ name, metadata = {} }) => [name.replace(`${bucket}/`, ''), sealOf(metadata)]))
  }
}

type Stat = { name: string; metadata?: Record<string, string> }

function sealOf(metadata: Record<string, string>): string {
  const key = metadata['X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id']?.replace('arn:aws:kms:', '')
  return [metadata['X-Amz-Server-Side-Encryption'] ?? 'none', key].filter(Boolean).join(' ')
}

async function encryptInfo(mc: Client, bucket: string): Promise<string> {
  // It fails where nothing is set.
  const text = await mc('encrypt', 'info', `demo/${bucket}`).catch(() => null)
  if (text === null) return 'none'
  const { algorithm, keyId } = (JSON.parse(text) as { encryption: { algorithm: string; keyId?: string } }).encryption
  return algorithm === 'aws:kms' ? `sse-kms ${keyId}` : 'sse-s3'
}

/** A statement of a policy for these buckets. */
export const allow = (actions: readonly string[], ...resources: readonly string[]) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources.map((resource) => `arn:aws:s3:::${resource}`),
})
