import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { serverCertificate } from '@strongroom/devkes/certificate'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { KesSettings } from '../config/kes-settings.ts'
import { selfSignedClientCertificate } from '../kes/client-certificate.ts'

import { type KesIdentityFiles, readIdentity } from '../kes/identity-files.ts'
import { KesDoors, openDoor } from './kes-doors.ts'

const dir = mkdtempSync(join(tmpdir(), 'kes-doors-'))
const log = pino({ level: 'silent' })
const { certPem: ca, keyPem } = serverCertificate({ ips: ['127.0.0.1'], dns: [] })
let server: Server
let url: URL
/** Fingerprints of the clients' certificates, by call. */
const seen: string[] = []
let answer: Promise<void> = Promise.resolve()

beforeAll(async () => {
  server = createServer(
    { cert: ca, key: keyPem, requestCert: true, rejectUnauthorized: false },
    async (request, response) => {
      seen.push((request.socket as TLSSocket).getPeerX509Certificate()!.fingerprint256)
      await answer
      response.end('{}')
    },
  )
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(dir, { recursive: true, force: true })
})
beforeEach(() => {
  seen.length = 0
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => vi.useRealTimers())

const READ = { method: 'GET', path: '/v1/status', act: 'look' } as const
/** Longer than the console trusts what it saw of the files. */
const later = () => vi.advanceTimersByTime(2_000)

function newPair(name: string): {
  cert: string
  key: string
  files: Extract<KesIdentityFiles, { kind: 'certificate' }>
} {
  const { privateKey } = generateKeyPairSync('ed25519')
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const cert = selfSignedClientCertificate(createPrivateKey(key), name)
  const files = { certFile: join(dir, `${name}.crt`), keyFile: join(dir, `${name}.key`) }
  writeFileSync(files.certFile, cert)
  writeFileSync(files.keyFile, key)
  return { cert, key, files: { kind: 'certificate', prefix: 'STRONGROOM_KES_X', password: null, ...files } }
}

const settings = (more: Partial<KesSettings> & Pick<KesSettings, 'credentials'>): KesSettings => ({
  endpoints: [url],
  identities: { prove: null, import: null, delete: null },
  ca,
  keyName: null,
  offlineCacheMs: null,
  ...more,
})

test('files that change are read again, and calls under way go on', async () => {
  const { files } = newPair('one')
  const next = newPair('next')
  const door = openDoor({ endpoints: [url], ca, identity: files })
  const before = door.identity
  let release = () => {}
  answer = new Promise((resolve) => {
    release = resolve
  })
  const underWay = door.ask(url, READ)
  await vi.waitFor(() => expect(seen).toHaveLength(1))

  writeFileSync(files.certFile, next.cert)
  writeFileSync(files.keyFile, next.key)
  expect(door.identity).toBe(before) // not looked at again yet
  later()
  expect(door.identity).toBe(readIdentity(next.files).id)
  answer = Promise.resolve()
  expect(await door.ask(url, READ)).toEqual({})
  release()
  expect(await underWay).toEqual({})
  expect(seen[0]).not.toBe(seen[1])
  await door.close()
})

test('a pair that can’t be used leaves the old one in place, with a warning until it is right', () => {
  const { files } = newPair('kept')
  const next = newPair('successor')
  const doors = new KesDoors(settings({ credentials: files }), log)
  const before = doors.observe!.identity
  const [own] = doors.identities()
  expect(own).toMatchObject({ role: 'observe', identity: before, warning: null, keyForm: 'plain' })

  writeFileSync(files.certFile, next.cert)
  later()
  expect(doors.identities()).toMatchObject([
    { identity: before, warning: expect.stringMatching(/still uses.*STRONGROOM_KES_X_KEY_FILE is not the key/) },
  ])
  writeFileSync(files.keyFile, next.key)
  truncateSync(files.keyFile, 40)
  later()
  expect(doors.identities()).toMatchObject([
    { identity: before, warning: expect.stringMatching(/holds no private key/) },
  ])
  renameSync(files.keyFile, `${files.keyFile}.away`)
  later()
  expect(doors.identities()).toMatchObject([{ identity: before, warning: expect.stringMatching(/ENOENT/) }])
  expect(doors.observe!.identity).toBe(before)

  writeFileSync(files.keyFile, next.key)
  later()
  const [after] = doors.identities()
  expect(after).toMatchObject({ identity: readIdentity(next.files).id, warning: null })
  expect(Date.parse(after!.loadedAt!)).toBeGreaterThanOrEqual(Date.parse(own!.loadedAt!))
})

test('proofs and imports go under the identity that observes where they have none; deletion never does', async () => {
  const [observe, importing] = [newPair('observe'), newPair('importing')]
  const alone = new KesDoors(settings({ credentials: observe.files }), log)
  expect(alone.of('prove')).toBe(alone.observe)
  expect(alone.of('import')).toBe(alone.observe)
  expect(await alone.openForDeletion()).toBeNull()
  expect(alone.identities().map(({ role }) => role)).toEqual(['observe'])

  const identities = { prove: null, import: importing.files, delete: null }
  const two = new KesDoors(settings({ credentials: observe.files, identities }), log)
  expect(two.of('prove')).toBe(two.observe)
  expect(two.of('import')!.identity).toBe(readIdentity(importing.files).id)
})

test('the identity for deletion is read for each act, and told without being held', async () => {
  const [observe, deleting] = [newPair('watching'), newPair('deleting')]
  const identities = { prove: null, import: null, delete: deleting.files }
  const doors = new KesDoors(settings({ credentials: observe.files, identities }), log)
  const kes = await doors.openForDeletion()
  expect(kes!.identity).toBe(readIdentity(deleting.files).id)
  await kes!.close()
  expect(doors.identities()[1]).toMatchObject({
    role: 'delete',
    identity: kes!.identity,
    loadedAt: null,
    warning: null,
  })

  rmSync(deleting.files.keyFile)
  expect(doors.identities()[1]).toMatchObject({
    role: 'delete',
    identity: null,
    warning: expect.stringMatching(/ENOENT/),
  })
  await expect(doors.openForDeletion()).rejects.toMatchObject({ code: 'kes-not-configured' })
})

test('MinIO’s identity is known by its certificate alone', () => {
  const [observe, minio] = [newPair('o'), newPair('minio')]
  const doors = new KesDoors(settings({ credentials: observe.files }), log, () => minio.files)
  rmSync(minio.files.keyFile)
  expect(doors.minioIdentity()).toMatch(/^[0-9a-f]{64}$/)
  rmSync(minio.files.certFile)
  expect(doors.minioIdentity()).toBeNull()
})

test('an identity shared by two roles is told', () => {
  const { files } = newPair('shared')
  const identities = { prove: null, import: null, delete: files }
  const doors = new KesDoors(settings({ credentials: files, identities }), log)
  expect(doors.identities().at(-1)).toMatchObject({ warning: expect.stringMatching(/same identity as observe/) })
})

test('nothing is deleted under an identity that stands for something else too', async () => {
  const [observe, minio, importing] = [newPair('looks'), newPair('cluster'), newPair('imports')]
  for (const [shared, whose] of [
    [observe, /“observe”/],
    [importing, /“import”/],
    [minio, /MinIO’s/],
  ] as const) {
    const identities = { prove: null, import: importing.files, delete: shared.files }
    const doors = new KesDoors(settings({ credentials: observe.files, identities }), log, () => minio.files)
    await expect(doors.openForDeletion()).rejects.toMatchObject({
      code: 'unsafe-now',
      detail: expect.stringMatching(whose),
    })
  }
})

test('without KES there are no doors', async () => {
  const none = new KesDoors(null, log)
  expect([none.observe, none.of('import'), await none.openForDeletion(), none.minioIdentity()]).toEqual(
    Array(4).fill(null),
  )
  expect(none.identities()).toEqual([])
  await none.close()
})
