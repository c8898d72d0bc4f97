import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { strongroom } from '../../test/strongroom.ts'
import { type BackupInfo, packContent } from '../cluster/backup/backup-content.ts'
import { sealWithAge } from '../custody/age-seal.ts'

let dir: string
let server: Server | undefined
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-restore-'))
})
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  rmSync(dir, { recursive: true, force: true })
})

type Answer = readonly [status: number, body: unknown]
const DENIED: Answer = [403, { Code: 'AccessDenied', Message: 'Access Denied.' }]
const WORKS: Answer = [200, { 'key-id': 'k1' }]
/** As MinIO words it; see minio/failures.ts. */
const NO_KMS: Answer = [501, { Code: 'NotImplemented', Message: 'KMS is not configured' }]
const HEALTHY: Record<string, Answer> = {
  info: [200, { deploymentID: 'd1' }],
  'list-users': [200, {}],
  'list-canned-policies': [200, {}],
  status: WORKS,
}

/** A server that answers what a restore asks before it writes, and remembers what it was asked. */
async function restoreAt(answers: Record<string, Answer>) {
  const asked: string[] = []
  server?.close()
  server = createServer((request, response) => {
    const name = new URL(request.url!, 'http://x').pathname.split('/').at(-1)!
    asked.push(name)
    const [status, body] = answers[name] ?? [404, { Code: 'NotFound' }]
    request.resume()
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((listening) => server!.listen(0, '127.0.0.1', listening))
  const identity = await generateX25519Identity()
  const info: BackupInfo = {
    format: 1,
    takenAt: '2026-11-21T07:00:00.000Z',
    takenBy: 'amelia',
    cluster: { endpoint: 'minio.example', deploymentId: 'd1', region: '', version: null },
    consoleVersion: '1',
    switchedOff: { serviceAccounts: [], groups: [], users: [] },
  }
  const plain = packContent({ info, iam: { 'iam-assets/users.json': Buffer.from('{}') }, config: Buffer.from('') })
  const file = (name: string, bytes: Uint8Array | string) => {
    writeFileSync(join(dir, name), bytes)
    return join(dir, name)
  }
  const said = await strongroom(
    'backup',
    'restore',
    file('b.age', await sealWithAge(plain, { kind: 'recipient', recipient: await identityToRecipient(identity) })),
    '--identity',
    file('identity', identity),
    '--credentials-file',
    file('credentials', 'somebody:some-secret'),
    '--endpoint',
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  )
  return { asked, ...said }
}

test('it goes on where IAM is loaded and the default key works, or there is no KMS', async () => {
  const working = await restoreAt(HEALTHY)
  expect(working).toMatchObject({ code: 0, err: '' })
  expect(working.asked).toContain('status')
  expect(working.out).not.toContain('It has no KMS')
  const without = await restoreAt({ ...HEALTHY, status: NO_KMS })
  expect(without).toMatchObject({ code: 0, err: '', out: expect.stringContaining('It has no KMS') })
})

test.each([
  ['it can’t be told whether IAM is loaded', { 'list-users': DENIED, 'list-canned-policies': DENIED }, 'not sure'],
  [
    'the default key does not work',
    { status: [200, { 'key-id': 'k1', 'decryption-error': 'no such key \u001b' }] as Answer },
    "The default key k1 of MinIO's KMS does not work",
  ],
  ['the default key can’t be tried', { status: DENIED }, 'could not be tried'],
])('it refuses where %s', async (_, answers, sentence) => {
  const { code, out, err } = await restoreAt({ ...HEALTHY, ...answers })
  expect(code).toBe(1)
  expect(err).toContain(sentence)
  expect(err).not.toContain('\u001b')
  expect(out).not.toContain('Nothing was changed')
})
