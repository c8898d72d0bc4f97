import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findKes } from './binaries.ts'
import { withClient } from './client.ts'
import { kesVariables } from './env-file.ts'
import { type Kes, startKes } from './kes.ts'
import { startMinio } from './minio.ts'

const run = promisify(execFile)
const LOGIN = { MINIO_ROOT_USER: 'kes-clients', MINIO_ROOT_PASSWORD: 'kes-clients-password' }
const H2 = '\x02h2'

/** Go offers HTTP/2 unless it is told not to. */
const versions = [
  { version: 'HTTP/2', env: {} },
  { version: 'HTTP/1.1', env: { GODEBUG: 'http2client=0' } },
] as const

describe('the development KES and its clients', () => {
  const dir = mkdtempSync(join(tmpdir(), 'strongroom-kes-clients-'))
  let kes: Kes
  beforeAll(async () => {
    kes = await startKes({ dir: join(dir, 'kes'), kind: 'development' })
  })
  afterAll(async () => {
    await kes.stop()
    rmSync(dir, { recursive: true })
  })

  test.each(versions)('MinIO starts on it, encrypts and opens over $version', async ({ version, env }) => {
    await using way = await passedOn(kes)
    const work = join(dir, version.replace('/', '-'))
    mkdirSync(join(work, 'd1'), { recursive: true })
    const access = { endpoint: way.endpoint, cert: kes.minioCert, key: kes.minioKey, ca: kes.ca }
    const variables = { ...LOGIN, ...kesVariables(access, 'by-minio'), ...env }
    const minio = await startMinio({ drives: [join(work, 'd1')], env: variables })
    try {
      const [file, content] = [join(work, 'object'), randomBytes(5000).toString('hex')]
      writeFileSync(file, content)
      const target = {
        endpoint: minio.endpoint,
        accessKey: LOGIN.MINIO_ROOT_USER,
        secretKey: LOGIN.MINIO_ROOT_PASSWORD,
      }
      await withClient(target, join(work, 'mc'), async (mc) => {
        await mc('mb', 'demo/bucket')
        await mc('cp', '--enc-kms', 'demo/bucket=by-minio', file, 'demo/bucket/object')
        expect(await mc('stat', 'demo/bucket/object')).toContain('arn:aws:kms:by-minio')
        await mc('cp', 'demo/bucket/object', `${file}.back`)
        expect(await mc('admin', 'kms', 'key', 'status', 'demo', 'by-minio')).toContain('"status":"success"')
        await mc('admin', 'kms', 'key', 'create', 'demo', `made-over-${version.length}`)
      })
      expect(readFileSync(`${file}.back`, 'utf8')).toBe(content)
    } finally {
      await minio.stop()
    }
    expect(new Set(way.offers.map((hello) => hello.includes(H2)))).toEqual(new Set([version === 'HTTP/2']))
  })

  const binary = findKes()
  if (binary === undefined) return
  test.each(versions)('the kes command works with it over $version', async ({ version, env }) => {
    await using way = await passedOn(kes)
    const settings = {
      MINIO_KES_SERVER: new URL(way.endpoint).host,
      MINIO_KES_CERT_FILE: kes.adminCert,
      MINIO_KES_KEY_FILE: kes.adminKey,
      SSL_CERT_FILE: kes.ca,
      ...env,
    }
    const ask = async (...args: string[]) => (await run(binary, args, { env: { ...process.env, ...settings } })).stdout
    const key = `by-command-${version.length}`
    await ask('key', 'create', key)
    await expect(ask('key', 'create', key)).rejects.toThrow(`failed to create key "${key}": key already exists`)
    await ask('key', 'import', `${key}-known`, Buffer.alloc(32, 7).toString('base64'))
    expect(await ask('key', 'ls')).toContain(`${key}-known`)
    expect(JSON.parse(await ask('key', 'info', '--json', key))).toMatchObject({
      name: key,
      created_by: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    const { plaintext, ciphertext } = JSON.parse(await ask('key', 'dek', key))
    expect(JSON.parse(await ask('key', 'decrypt', key, ciphertext))).toEqual({ plaintext })
    expect(await ask('policy', 'ls')).toContain('console')
    expect(await ask('identity', 'ls')).toMatch(/[0-9a-f]{64}/)
    expect(await ask('identity', 'info')).toMatch(/[0-9a-f]{64}/)
    expect(JSON.parse(await ask('status', '--json'))).toMatchObject({ version: 'development', os: process.platform })
    await ask('key', 'rm', key)
    await expect(ask('key', 'info', key)).rejects.toThrow('key does not exist')
    expect(new Set(way.offers.map((hello) => hello.includes(H2)))).toEqual(new Set([version === 'HTTP/2']))
  })
})

/** Passes every byte on to KES, and keeps how each client says hello: what it offers is in the clear. */
async function passedOn({ endpoint }: Kes) {
  const offers: string[] = []
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(endpoint).port), '127.0.0.1')
    client.once('data', (hello: Buffer) => offers.push(hello.toString('latin1')))
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.once('close', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    offers,
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}
