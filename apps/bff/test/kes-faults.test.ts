import { execFileSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KesHop, KesStatus } from '@strongroom/shared/kms'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { openDoor } from '../src/cluster/kes-doors.ts'
import { cachedOnly } from '../src/cluster/kms-observation-keystore.ts'
import { selfSignedClientCertificate } from '../src/kes/client-certificate.ts'
import { identityFromApiKey, type KesIdentity } from '../src/kes/identity.ts'
import { type KesIdentityFiles, readIdentity } from '../src/kes/identity-files.ts'
import { createKey } from '../src/kes/keys.ts'
import { readKesStatus } from '../src/kes/status.ts'
import { connectKes, type Kes } from '../src/kes/transport.ts'
import { Secret } from '../src/secret.ts'
import { FaultyKes } from './kes-faults-server.ts'

const DAY_MS = 24 * 3_600_000
const dir = mkdtempSync(join(tmpdir(), 'kes-faults-'))
const narrow = identityFromApiKey(new Secret(`kes:v1:${Buffer.alloc(33, 5).fill(0, 0, 1).toString('base64')}`))
const stranger = identityFromApiKey(new Secret(`kes:v1:${Buffer.alloc(33, 6).fill(0, 0, 1).toString('base64')}`))
const KEY = { name: 'default', inUse: true }

let faulty: FaultyKes
let ca: string
let files: KesIdentityFiles
const open: Kes[] = []

beforeAll(async () => {
  const extraIdentities = [{ name: 'narrow', allow: ['/v1/key/list/*', '/v1/ready'], identities: [narrow.id] }]
  faulty = await FaultyKes.start({ dir, extraIdentities })
  const { kes } = faulty
  ca = readFileSync(kes.ca, 'utf8')
  files = {
    kind: 'certificate',
    prefix: 'MINIO_KMS_KES',
    certFile: kes.consoleCert,
    keyFile: kes.consoleKey,
    password: null,
  }
  await createKey(door(), KEY.name)
})
afterEach(async () => {
  vi.useRealTimers()
  for (const kes of open.splice(0)) await kes.close()
})
afterAll(async () => {
  await faulty?.stop()
  rmSync(dir, { recursive: true, force: true })
})

function door(more: { ca?: string; url?: string } = {}): Kes {
  const endpoints = [new URL(more.url ?? faulty.kes.endpoint)]
  const kes = openDoor({ endpoints, ca: more.ca ?? ca, identity: files })
  open.push(kes)
  return kes
}

function doorAs(identity: KesIdentity): Kes {
  const kes = connectKes({ urls: [new URL(faulty.kes.endpoint)], identity, ca, timeoutMs: 5_000 })
  open.push(kes)
  return kes
}

async function statusOf(kes: Kes): Promise<KesStatus> {
  const [status] = await readKesStatus(kes, KEY)
  return status!
}

const stateOf = ({ hops }: KesStatus) => Object.fromEntries(hops.map(({ hop, state }) => [hop, state]))

/** The hop is broken, says this, and no other is to be looked at. */
function expectBroken(status: KesStatus, hop: KesHop['hop'], detail: RegExp, cure: RegExp) {
  const at = status.hops.findIndex(({ state }) => state === 'broken')
  expect(status.hops[at], JSON.stringify(status.hops)).toMatchObject({
    hop,
    detail: expect.stringMatching(detail),
    cure: expect.stringMatching(cure),
  })
  expect(status.hops.slice(0, at).filter(({ state }) => state !== 'holds')).toEqual([])
  expect(status.hops.slice(at + 1).filter(({ state }) => state !== 'not-reached')).toEqual([])
  expect(status.trouble).toBe(`${status.hops[at]!.detail} ${status.hops[at]!.cure}`)
}

/** Runs under a changed KES, and puts it right again. */
async function whileChanged(change: (yaml: string) => string, look: () => Promise<void>) {
  const [cert, key] = [readFileSync(join(dir, 'server.crt')), readFileSync(join(dir, 'server.key'))]
  try {
    await faulty.restart(change)
    await look()
  } finally {
    writeFileSync(join(dir, 'server.crt'), cert)
    writeFileSync(join(dir, 'server.key'), key)
    await faulty.restart()
  }
}

const certified = (names: Parameters<FaultyKes['certify']>[0], look: (certificate: string) => Promise<void>) => {
  let certificate = ''
  const change = (yaml: string) => {
    certificate = faulty.certify(names)
    return yaml
  }
  return whileChanged(change, () => look(certificate))
}

test('all is well', async () => {
  const status = await statusOf(door())
  expect(status.hops.map(({ state }) => state)).toEqual(Array(8).fill('holds'))
  expect(status).toMatchObject({ reachable: true, trouble: null, keystoreReachable: true })
  expect(status.serverCertificate).toMatchObject({ severity: null, subject: 'CN=localhost' })
})

test('the keystore folder is gone', async () => {
  const kes = door()
  renameSync(join(dir, 'keystore'), join(dir, 'away'))
  try {
    const status = await statusOf(kes)
    expectBroken(status, 'keystore', /can’t reach its keystore/, /missing folder.*Do not restart KES or MinIO/)
    expect(status).toMatchObject({ reachable: true, keystoreReachable: false })

    const { since, until } = cachedOnly(kes, [status], 600_000)!
    expect(Date.parse(until!) - Date.parse(since)).toBe(600_000)
    expect(cachedOnly(kes, [await statusOf(kes)], null)).toMatchObject({ since, until: null })
  } finally {
    renameSync(join(dir, 'away'), join(dir, 'keystore'))
  }
  await vi.waitFor(async () => expect((await statusOf(kes)).trouble).toBeNull(), { timeout: 12_000, interval: 500 })
  expect(cachedOnly(kes, [await statusOf(kes)], null)).toBeNull()
}, 20_000)

test('the default key is missing', async () => {
  const [inUse] = await readKesStatus(door(), { name: 'absent', inUse: true })
  expectBroken(inUse!, 'default-key', /no key absent, on which MinIO runs/, /Do not restart MinIO/)
  const [later] = await readKesStatus(door(), { name: 'absent', inUse: false })
  expect(later).toMatchObject({ trouble: null })
  expect(stateOf(later!)['default-key']).toBe('unknown')
})

test('KES is stopped', async () => {
  const kes = door()
  await statusOf(kes)
  await faulty.stop()
  try {
    const status = await statusOf(kes)
    expectBroken(
      status,
      'connection',
      /refuses connections\. It last answered at [\d:]{8} UTC on 20[\d-]{8}\./,
      /Is it running/,
    )
    expect(status.reachable).toBe(false)
  } finally {
    await faulty.restart()
  }
  expect((await statusOf(kes)).trouble).toBeNull()
})

test('KES hangs: the page waits once', async () => {
  const kes = door()
  await statusOf(kes)
  process.kill(faulty.pid, 'SIGSTOP')
  try {
    const started = performance.now()
    expectBroken(await statusOf(kes), 'connection', /did not answer in time/, /hangs|firewall/)
    expect(performance.now() - started).toBeLessThan(4_000)
    const again = performance.now()
    expect((await statusOf(kes)).reachable).toBe(false)
    expect(performance.now() - again).toBeLessThan(500)
  } finally {
    process.kill(faulty.pid, 'SIGCONT')
  }
  await vi.waitFor(async () => expect((await statusOf(kes)).trouble).toBeNull(), { timeout: 8_000, interval: 200 })
}, 20_000)

test('something takes connections and never answers', async () => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => sockets.push(socket))
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening))
  try {
    const status = await statusOf(door({ url: `https://127.0.0.1:${(silent.address() as AddressInfo).port}` }))
    expectBroken(status, 'connection', /takes the connection and then did not answer/, /hangs, or is no KES/)
  } finally {
    for (const socket of sockets) socket.destroy()
    silent.close()
  }
}, 10_000)

test('the name does not resolve', async () => {
  expectBroken(await statusOf(door({ url: 'https://kes.invalid:7373' })), 'address', /can’t be found/, /DNS/)
}, 10_000)

test('the CA is another', async () => {
  const status = await statusOf(door({ ca: readFileSync(faulty.kes.adminCert, 'utf8') }))
  expectBroken(status, 'server-certificate', /does not trust/, /MINIO_KMS_KES_CAPATH/)
  expect(status.serverCertificate).toMatchObject({ subject: 'CN=localhost' })
})

test(
  'the server’s certificate has expired',
  () =>
    certified({ ips: ['127.0.0.1'], dns: [], days: -0.5 }, async (certificate) => {
      const status = await statusOf(door({ ca: certificate }))
      expectBroken(status, 'server-certificate', /has expired/, /Renew it/)
      expect(status.serverCertificate).toMatchObject({ daysLeft: -1, severity: 'critical' })
    }),
  20_000,
)

test('the server’s certificate expires while the console watches', async () => {
  const kes = door()
  await statusOf(kes)
  await certified({ ips: ['127.0.0.1'], dns: [], days: -0.5 }, async () => {
    expectBroken(await statusOf(kes), 'server-certificate', /does not trust|has expired/, /./)
  })
}, 20_000)

test('the server’s certificate is of tomorrow', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * DAY_MS })
  await certified({ ips: ['127.0.0.1'], dns: [] }, async (certificate) => {
    vi.useRealTimers()
    const status = await statusOf(door({ ca: certificate }))
    expectBroken(status, 'server-certificate', /not valid yet/, /clocks/)
  })
}, 20_000)

test(
  'the server’s certificate has another name',
  () =>
    certified({ ips: [], dns: ['kes.example'] }, async (certificate) => {
      expectBroken(await statusOf(door({ ca: certificate })), 'server-certificate', /another name/, /Use the name/)
    }),
  20_000,
)

test('the clocks differ', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 600_000 })
  const status = await statusOf(door())
  expect(status.hops.find(({ hop }) => hop === 'clock')).toMatchObject({
    state: 'broken',
    detail: 'The clock of KES is 10 minutes behind that of the console.',
    cure: expect.stringContaining('NTP'),
  })
  expect(status.trouble).toMatch(/10 minutes behind/)
  expect(stateOf(status)).toMatchObject({ policy: 'holds', keystore: 'holds', 'default-key': 'holds' })
})

test('no client certificate is shown', async () => {
  const status = await statusOf(doorAs({ ...stranger, cert: '', key: new Secret('') }))
  expectBroken(
    status,
    'client-certificate',
    /wants a client certificate|shook hands, and then closed/,
    /client certificate|identity/,
  )
})

test('the client’s certificate is CA:TRUE', async () => {
  const key = join(dir, 'authority.key')
  const cert = join(dir, 'authority.crt')
  const made = ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-keyout', key, '-subj', '/CN=x', '-out', cert]
  execFileSync('openssl', made, { stdio: 'ignore' })
  const identity = { ...stranger, cert: readFileSync(cert, 'utf8'), key: new Secret(readFileSync(key, 'utf8')) }
  expectBroken(await statusOf(doorAs(identity)), 'client-certificate', /must not be marked CA:TRUE/, /CA:FALSE/)
})

test('the client’s certificate has expired: KES minds when its tls.auth is on', async () => {
  const key = readFileSync(faulty.kes.consoleKey, 'utf8')
  const old = selfSignedClientCertificate(createPrivateKey(key), 'old', new Date(Date.now() - 20 * 365 * DAY_MS))
  const known = readIdentity(files)
  const expired = { ...known, cert: old }
  writeFileSync(join(dir, 'old.crt'), old)
  expect((await statusOf(doorAs(expired))).trouble).toBeNull()

  const strict = (yaml: string) => yaml.replace('tls:', `tls:\n  auth: on\n  ca: ${join(dir, 'old.crt')}`)
  await whileChanged(strict, async () => {
    expectBroken(await statusOf(doorAs(expired)), 'client-certificate', /expired|shook hands, and then closed/, /./)
    expectBroken(
      await statusOf(doorAs(known)),
      'client-certificate',
      /does not trust|shook hands, and then closed/,
      /./,
    )
  })
}, 20_000)

test('the policy is too narrow', async () => {
  const status = await statusOf(doorAs(narrow))
  expectBroken(status, 'policy', /known to KES \(it may use \/v1\/ready, \/v1\/key\/list\/\)/, /Add the missing lines/)
  expect(status.hops[5]!.detail).toContain('Allow /v1/status for it')
})

test('the identity is unknown', async () => {
  const status = await statusOf(doorAs(stranger))
  expectBroken(status, 'policy', new RegExp(`${stranger.id} may do nothing`), /policy that allows .*\/v1\/status/)
  expect(status).toMatchObject({ reachable: true, keystoreReachable: null })
})
