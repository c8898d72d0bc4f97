import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { root } from './binaries.ts'
import { withClient } from './client.ts'
import { type Demo, startDemo } from './demo.ts'
import { commandLineOf } from './process-table.ts'
import { statusOf } from './ready.ts'

/** Stands where the built console stands: it answers /readyz, and tells what it was told. */
const STAND_IN = `
import { createServer } from 'node:http'
const [host, port] = process.env.STRONGROOM_LISTEN.split(':')
createServer((request, response) => {
  response.statusCode = request.url === '/readyz' ? 200 : 404
  response.end(JSON.stringify(process.env))
}).listen(Number(port), host)
`

interface Account {
  name: string
  secret: string
  status: string
}

describe('the sample cluster', () => {
  let dir: string
  let demo: Demo
  let said: string[] = []
  const start = () =>
    startDemo(
      { state: join(dir, 'demo') },
      { consoleMain: join(dir, 'console.mjs'), report: (line) => said.push(line) },
    )

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'demo-'))
    writeFileSync(join(dir, 'console.mjs'), STAND_IN)
    process.env.MINIO_REGION = 'leaked' // Must not reach the server.
    demo = await start()
    delete process.env.MINIO_REGION
  })
  afterAll(async () => {
    await demo?.stop()
    rmSync(dir, { recursive: true })
  })

  const as = (accessKey: string, secretKey: string, ...args: string[]) =>
    withClient({ endpoint: demo.ready.minio.endpoint, accessKey, secretKey }, join(dir, 'mc'), (mc) => mc(...args))
  const asRoot = (...args: string[]) => as(demo.ready.accessKey, demo.ready.secretKey, ...args)

  test('a user of 2021 signs in, a wrong secret does not', async () => {
    const file = join(root, 'apps/sandbox/fixtures/acme-2021.credentials.json')
    const { users } = JSON.parse(readFileSync(file, 'utf8')) as { users: Account[] }
    const { name, secret } = users.find(({ status }) => status === 'enabled')!
    await expect(as(name, secret, 'ls', 'demo')).resolves.toBeDefined()
    await expect(as(name, `${secret}x`, 'ls', 'demo')).rejects.toThrow('mc ls demo ended with 1')
  })

  test('today’s server put plain and encrypted objects', async () => {
    const stat = async (name: string) =>
      JSON.parse(await asRoot('stat', `demo/q4-reports/${name}`)) as { metadata: object }
    expect((await stat('summary.csv')).metadata).not.toHaveProperty('X-Amz-Server-Side-Encryption')
    expect((await stat('payroll/october.csv')).metadata).toHaveProperty('X-Amz-Server-Side-Encryption', 'AES256')
  })

  test('nothing of our own MINIO_ variables reaches the server', async () => {
    expect(await asRoot('admin', 'config', 'get', 'demo', 'region')).not.toContain('leaked')
  })

  test('the console is told of a KES that stands by, under its own identity, and KES is empty', async () => {
    const told = (await (await fetch(`${demo.ready.url}/`)).json()) as Record<string, string>
    expect(told).toMatchObject({ MINIO_KMS_KES_ENDPOINT: demo.ready.kes.endpoint, MINIO_KMS_KES_KEY_NAME: 'acme-key' })
    expect(told.MINIO_KMS_KES_CERT_FILE).not.toBe(told.STRONGROOM_DEMO_MINIO_KES_CERT_FILE)
    expect(JSON.stringify(told)).not.toContain(demo.ready.secretKey)
    expect(readdirSync(join(demo.ready.dir, 'kes/keystore'))).toEqual([])
  })

  test('a server that is killed is spoken of, without secrets, and the rest keeps running', async () => {
    said = []
    process.kill(demo.ready.kes.pid, 'SIGKILL')
    await expect.poll(() => said.join('\n')).toContain('KES has ended (SIGKILL); the rest keeps running')
    expect(await statusOf(`${demo.ready.minio.endpoint}/minio/health/live`)).toBe(200)
    expect(await statusOf(`${demo.ready.url}/readyz`)).toBe(200)
  })

  test('a stop leaves no process, and the next start has the same addresses and data', async () => {
    const { minio, kes, url } = demo.ready
    await demo.stop()
    expect([minio.pid, kes.pid].map(commandLineOf)).toEqual([undefined, undefined])
    expect(existsSync(join(demo.ready.dir, 'pids.json'))).toBe(false)

    const begun = Date.now()
    demo = await start()
    expect(Date.now() - begun).toBeLessThan(15_000)
    expect(demo.ready.url).toBe(url)
    expect([demo.ready.minio.endpoint, demo.ready.kes.endpoint]).toEqual([minio.endpoint, kes.endpoint])
    expect(await asRoot('ls', 'demo/q4-reports/payroll/')).toContain('october.csv')
  })

  test('a second demo on the same folder is refused while one runs elsewhere', async () => {
    const note = join(demo.ready.dir, 'pids.json')
    const running = JSON.parse(readFileSync(note, 'utf8')) as { owner: object }
    const other = { name: 'demo', pid: process.ppid, commandLine: commandLineOf(process.ppid) }
    writeFileSync(note, JSON.stringify({ ...running, owner: other }))
    await expect(start()).rejects.toThrow('A demo runs on this folder already')
    expect(await statusOf(`${demo.ready.url}/readyz`)).toBe(200)
  })
})
