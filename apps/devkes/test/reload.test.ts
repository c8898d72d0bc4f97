import { X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { freePort } from '../../sandbox/src/ports.ts'
import { serverCertificate } from '../src/certificate.ts'
import { admin, Draft, other } from './draft.ts'
import { startKes } from './kes-calls.ts'
import { programs, type RunningKes } from './kes-program.ts'

const DONE = '=> Reloading configuration after SIGHUP signal completed.\n'
const BEGUN = 'SIGHUP signal received. Reloading configuration...\n'

/** A refused connection may be logged in between. */
const unlogged = (text: string) => text.replace(/^time=.*\n/gm, '')

async function reloaded(kes: RunningKes, draft: Draft) {
  draft.save()
  kes.signal('SIGHUP')
  await kes.said(DONE)
  expect(unlogged(kes.err)).toBe(BEGUN)
}

async function refused(kes: RunningKes, draft: Draft, says: string) {
  draft.save()
  kes.signal('SIGHUP')
  await kes.said(says)
  expect(unlogged(kes.err)).toBe(`${BEGUN}${says}\n`)
  expect(kes.out).not.toContain(DONE)
}

const policy = (name: string) => `policy: {${name}: {allow: [/v1/status], identities: [${other.identity}]}}\n`

test.each(programs)('$name takes another configuration at SIGHUP, and leaves nothing of a bad one', async (program) => {
  using draft = new Draft()
  const good = draft.yaml
  draft.add(policy('first'))
  const started = await startKes(program, draft.save(), await freePort())
  await using kes = started.kes
  using calls = started.calls
  const statusOf = async (path: string, who: Parameters<typeof calls.ask>[2] = {}) =>
    (await calls.ask('GET', path, who)).status

  await calls.ask('PUT', '/v1/key/create/gone')
  expect(await statusOf('/v1/key/describe/gone')).toBe(200)
  const before = JSON.parse((await calls.ask('GET', '/v1/policy/describe/first')).body)
  expect(await statusOf('/v1/status', { who: other })).toBe(200)

  // Policies, predefined keys, an emptied cache, over the connections that are open; the start time stays.
  draft.remove('keys/gone')
  expect(await statusOf('/v1/key/describe/gone')).toBe(200)
  draft.yaml = `${good}${policy('second')}keys: [{name: made}]\n`
  await reloaded(kes, draft)
  expect(await statusOf('/v1/key/describe/gone')).toBe(404)
  expect(await statusOf('/v1/key/describe/made')).toBe(200)
  expect(await statusOf('/v1/policy/describe/first')).toBe(404)
  const after = JSON.parse((await calls.ask('GET', '/v1/policy/describe/second')).body)
  expect(after.created_at).toBe(before.created_at)

  // The keystore, the admin.
  draft.yaml = good.replace('/keys', '/more').replace(admin.identity, other.identity)
  await reloaded(kes, draft)
  expect(await statusOf('/v1/status')).toBe(403)
  expect((await calls.ask('GET', '/v1/key/list/', { who: other })).body).toBe('{"names":[]}\n')

  // One API for strangers lets everybody connect; it ends with the next reload, for new connections.
  draft.yaml = `${good}api: {/v1/ready: {skip_auth: true}}\n`
  await reloaded(kes, draft)
  expect(await statusOf('/v1/ready', { who: null })).toBe(200)
  draft.yaml = good
  await reloaded(kes, draft)
  expect(await statusOf('/v1/ready', { who: null })).toBe(400)
  calls.hangUp()
  await expect(statusOf('/v1/ready', { who: null })).rejects.toThrow()

  // A bad file, a bad pair, a bad policy: each is told, nothing changes.
  draft.yaml = good.replace('v1', 'v2')
  await refused(kes, draft, "Failed to reload server config: edge: invalid server config version 'v2'")
  draft.yaml = good
  const renewed = serverCertificate({ ips: ['127.0.0.1'], dns: [] })
  draft.write('server.crt', renewed.certPem)
  const mismatch = 'failed to read TLS certificate: tls: private key does not match public key'
  await refused(kes, draft, `Failed to reload server config: ${mismatch}`)
  draft.write('server.key', renewed.keyPem)
  draft.yaml = `${good}policy: {a.b: {}}\n`
  const name = "policy name 'a.b' is empty, too long or contains invalid characters"
  await refused(kes, draft, `Failed to update server configuration: kes: ${name}`)
  expect((await calls.ask('GET', '/v1/key/list/')).body).toBe('{"names":["made"]}\n')

  // The certificate, the log; the address stays whatever is written there.
  draft.yaml = `${good.replace('127.0.0.1:0', 'nonsense')}log: {error: off, audit: off}\n`
  await reloaded(kes, draft)
  expect(await calls.certificate()).toBe(new X509Certificate(renewed.certPem).fingerprint256)
  await calls.ask('PUT', '/v1/key/create/quiet')
  expect(kes.out).not.toContain("secret key 'quiet' created")
})

test.each(programs)('$name keeps its keys, and ends with its words at either signal', async (program) => {
  using draft = new Draft()
  const config = draft.save()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { kes, calls } = await startKes(program, config, await freePort())
    await using running = kes
    using client = calls
    await client.ask('PUT', '/v1/key/create/kept')
    expect((await client.ask('GET', '/v1/key/list/')).body).toBe('{"names":["kept"]}\n')
    running.signal(signal)
    expect(await running.ended).toBe(0)
    expect(running.out).toBe('\n=> Stopping server... Goodbye.\n')
    expect(existsSync(draft.path('keys/kept'))).toBe(true)
  }
})
