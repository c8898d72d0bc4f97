import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { serverCertificate } from './certificate.ts'
import { parseConfig } from './config.ts'
import { startDevKes } from './server.ts'

const golden = new URL('../golden/', import.meta.url).pathname
const records = join(golden, 'kes-golden.jsonl')
const [header] = readFileSync(records, 'utf8').split('\n', 1)

/** The real server crashes on a key file without its HMAC key or without anything; ours tells of a damaged file. */
const CRASHES = ['224', '226']

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describe('the golden records', () => {
  test('pass on the development KES, but for the two crashes', async () => {
    const world = makeWorld()
    const kes = await startDevKes({
      config: parseConfig(world.config),
      address: '127.0.0.1:0',
      errorLog: () => {},
      auditLog: () => {},
    })
    cleanups.push(() => kes.close())
    const output = await replay(kes.url, world.keystore)
    const failures = [...output.matchAll(/^FAIL (\d+)/gm)].map(([, id]) => id)
    expect(failures, output).toEqual(CRASHES)
    expect(output.match(/expected a connection error, got HTTP 502/g)).toHaveLength(2)
    expect(output).toContain('238 passed, 2 failed, 0 skipped')
  })

  // Where a real KES is found it must pass too, so that neither drifts; where there is none, there is nothing to compare.
  const real = findRealKes()
  if (real === undefined) return
  test('pass on the real KES', async () => {
    const world = makeWorld()
    const port = await freePort()
    await startRealKes(real, world, port)
    const output = await replay(`https://127.0.0.1:${port}`, world.keystore)
    expect(output).toContain('240 passed, 0 failed, 0 skipped')
  })
})

type World = ReturnType<typeof makeWorld>

/** An empty keystore and the recorded configuration with a certificate of its own. */
function makeWorld() {
  const directory = mkdtempSync(join(tmpdir(), 'devkes-'))
  cleanups.push(() => rmSync(directory, { recursive: true }))
  const path = (name: string) => join(directory, name)
  const { certPem, keyPem } = serverCertificate({ ips: ['127.0.0.1'], dns: ['localhost'] })
  writeFileSync(path('server.crt'), certPem)
  writeFileSync(path('server.key'), keyPem, { mode: 0o600 })
  const config = (JSON.parse(header!) as { config: string }).config
    .replace('SERVER_KEY_FILE', path('server.key'))
    .replace('SERVER_CERT_FILE', path('server.crt'))
    .replace('EMPTY_DIRECTORY', path('keys'))
  writeFileSync(path('kes.yml'), config)
  return { config, configFile: path('kes.yml'), keystore: path('keys') }
}

/** The replayer's report; it exits with 1 when a record differs. */
const replay = (endpoint: string, keystore: string) =>
  new Promise<string>((resolve) => {
    const args = [join(golden, 'kes-replay.mjs'), records, '--endpoint', endpoint, '--keystore', keystore, '--strict']
    execFile(process.execPath, args, (_, stdout, stderr) => resolve(stdout + stderr))
  })

function findRealKes(): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, 'kes'))
  return [process.env.KES_BIN, ...onPath].find((path) => path && existsSync(path))
}

async function startRealKes(binary: string, world: World, port: number): Promise<void> {
  const args = ['server', '--config', world.configFile, '--addr', `127.0.0.1:${port}`]
  const child: ChildProcess = spawn(binary, args, { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  cleanups.push(() => {
    child.kill()
    return ended
  })
  for (let tries = 0; tries < 100; tries++) {
    if (await answers(port)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${binary} did not open its port within 10 s`)
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
