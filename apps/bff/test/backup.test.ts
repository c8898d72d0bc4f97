import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBackup, downloadBackup, listBackups } from '@strongroom/shared/backups'
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { unzipSync } from 'fflate'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openBackup } from '../src/cluster/backup/open-backup.ts'
import { restoreIam } from '../src/cluster/backup/restore-iam.ts'
import { takeBackup } from '../src/cluster/backup/take-backup.ts'
import { exportIam } from '../src/minio/export.ts'
import { infoServiceAccount } from '../src/minio/service-accounts.ts'
import { connectMinio, type Minio } from '../src/minio/transport.ts'
import { Secret } from '../src/secret.ts'
import { openConsole } from './console.ts'
import { type House, type HouseOptions, openHouse } from './house.ts'
import { filesBelow, formsOf, leaksIn } from './leaks.ts'
import { strongroom } from './strongroom.ts'

vi.setConfig({ testTimeout: 120_000 })

/** Off, and with a session policy. */
const RESTRICTED = 'SVCALICE0000000002'
/** Off, with all rights of its parent. */
const UNRESTRICTED = 'SVCDAVE00000000001'
const SESSION_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::docs/*'] }],
}
/** Off in the fixture. */
const [USER, GROUP] = ['kevin', 'auditors']

const identity = await generateX25519Identity()
const recipient = await identityToRecipient(identity)

let house: House
afterEach(() => house?.close())

const open = async (options: Partial<HouseOptions> = {}) => {
  house = await openHouse({ fixture: 'static-latest-4drives', ...options })
}

/** What an administrator does who switches an account off and knows that MinIO drops its policy then. */
async function switchSomeOff() {
  const policy = join(house.dir, 'policy.json')
  writeFileSync(policy, JSON.stringify(SESSION_POLICY))
  await house.mc(async (mc) => {
    for (const key of [RESTRICTED, UNRESTRICTED]) await mc('admin', 'user', 'svcacct', 'disable', 'demo', key)
    await mc('admin', 'user', 'svcacct', 'edit', 'demo', RESTRICTED, '--policy', policy)
  })
}

const credentials = () => ({ accessKey: house.truth.rootUser, secretKey: new Secret(house.truth.rootPassword) })
const minio = () => connectMinio({ endpoint: new URL(house.minio.endpoint), region: 'us-east-1' })

/** A backup as a file, as the console would have written it. */
async function backUp(): Promise<string> {
  const order = { minio: minio(), credentials: credentials(), takenBy: 'amelia' }
  const { sealed } = await takeBackup({ ...order, sealedFor: { kind: 'recipient', recipient } })
  const file = join(house.dir, 'iam.age')
  writeFileSync(file, sealed)
  return file
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const identityFile = () => {
  const file = join(house.dir, 'identity.txt')
  writeFileSync(file, `# public key: ${recipient}\n${identity}\n`)
  return file
}

/** Everything that an export says. Moments and format numbers tell how it was written; MinIO keeps lists as sets. */
async function iam() {
  const files = Object.entries(unzipSync(await exportIam(minio(), credentials())))
  return Object.fromEntries(files.map(([name, bytes]) => [name, JSON.parse(Buffer.from(bytes).toString(), meaning)]))
}

function meaning(key: string, value: unknown) {
  if (key === 'updatedAt' || key === 'version') return undefined
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.sort() : value
}

async function statusOf(key: string) {
  const { status, sessionPolicy } = await infoServiceAccount(minio(), credentials(), key)
  return { status, sessionPolicy: sessionPolicy === null ? null : JSON.parse(sessionPolicy) }
}
const AS_BACKED_UP = [
  { status: 'off', sessionPolicy: SESSION_POLICY },
  { status: 'off', sessionPolicy: null },
]
const bothStatuses = () => Promise.all([RESTRICTED, UNRESTRICTED].map(statusOf))

/** Secrets that a backup holds. */
const needles = () => [
  ...formsOf('alice’s secret', 'user-alice-secret-01'),
  ...formsOf('a webhook token', 'fixture-webhook-token'),
]

describe('by the console', () => {
  test('a backup is sealed, kept, listed and downloaded, and nothing of it lies on the disk in clear', async () => {
    await open()
    const { rootBrowser } = await openConsole(house)
    const admin = await rootBrowser()
    expect((await admin.call(listBackups, {})).backups).toEqual([])

    const first = await admin.call(createBackup, { recipient })
    const second = await admin.call(createBackup, { passphrase: 'correct horse battery staple' })
    expect(first).toMatchObject({ takenBy: house.truth.rootUser, sealedFor: 'recipient' })
    expect(second.sealedFor).toBe('passphrase')
    const { folder, backups } = await admin.call(listBackups, {})
    expect(backups).toEqual([second, first])
    expect(leaksIn(filesBelow(folder), needles())).toEqual([])

    const response = await admin.request(`/iam/backups/${first.id}/file`)
    expect(response.headers.get('Content-Disposition')).toBe(`attachment; filename="${first.id}"`)
    const age = new Decrypter()
    age.addIdentity(identity)
    const files = unzipSync(await age.decrypt(new Uint8Array(await response.arrayBuffer())))
    expect(Object.keys(files).sort()).toContain('config.txt')
    expect(Buffer.from(files['config.txt']!).toString()).toContain('fixture-webhook-token')
    const info = JSON.parse(Buffer.from(files['backup.json']!).toString())
    expect(info).toMatchObject({
      takenBy: house.truth.rootUser,
      switchedOff: { serviceAccounts: [], groups: [GROUP], users: [USER] },
    })
    expect(leaksIn([{ name: 'backup.json', bytes: Buffer.from(files['backup.json']!) }], needles())).toEqual([])
  })

  test('a backup is downloaded by root and by who took it, and by nobody else who may read the drives', async () => {
    await open()
    await house.mc(async (mc) => {
      for (const name of ['amelia', 'bruno']) {
        await mc('admin', 'user', 'add', 'demo', name, `${name}-secret-01`)
        await mc('admin', 'policy', 'attach', 'demo', 'consoleAdmin', '--user', name)
      }
    })
    const { rootBrowser, browser } = await openConsole(house)
    const [admin, amelia, bruno] = [await rootBrowser(), browser(), browser()]
    await amelia.signIn('amelia', 'amelia-secret-01')
    await bruno.signIn('bruno', 'bruno-secret-01')
    const passphrase = 'correct horse battery staple'
    const hers = await amelia.call(createBackup, { passphrase })
    const roots = await admin.call(createBackup, { passphrase })
    const statusOf = async (who: typeof admin, { id }: { id: string }) =>
      (await who.request(`/iam/backups/${id}/file`)).status
    expect(await statusOf(amelia, hers)).toBe(200)
    expect(await statusOf(admin, hers)).toBe(200)
    for (const [who, backup] of [
      [bruno, hers],
      [amelia, roots],
    ] as const) {
      expect((await who.call(listBackups, {})).backups).toContainEqual(backup)
      expect(await who.refusal(downloadBackup, { id: backup.id })).toMatchObject({
        code: 'not-allowed',
        detail: expect.stringContaining('Only root and the account that took a backup'),
      })
    }
  })

  test('a request that says no single seal is refused, and so is who may not export', async () => {
    await open()
    const { rootBrowser, browser } = await openConsole(house)
    const admin = await rootBrowser()
    for (const input of [{}, { recipient: 'age1nobody' }, { recipient, passphrase: 'correct horse battery' }]) {
      const refusal = await admin.refusal(createBackup, input)
      expect(refusal).toMatchObject({ code: 'invalid-input', errors: [{ pointer: '/recipient' }] })
    }
    expect((await admin.refusal(downloadBackup, { id: '../sessions' })).code).toBe('not-found')

    const alice = browser()
    await alice.signIn('alice', 'user-alice-secret-01')
    for (const refusal of [
      await alice.refusal(createBackup, { recipient }),
      await alice.refusal(listBackups, {}),
      await alice.refusal(downloadBackup, { id: 'iam-20261121T065900Z-00000000.age' }),
    ]) {
      expect(refusal.code).toBe('not-allowed')
    }
    expect((await admin.call(listBackups, {})).backups).toEqual([])
  })
})

describe('with MinIO’s own client', () => {
  test('an import switches accounts on, and the printed lines switch them off with their policies', async () => {
    await open()
    await switchSomeOff()
    const folder = join(house.dir, 'opened')
    const opened = await strongroom('backup', 'open', await backUp(), '--out', folder, '--identity', identityFile())
    expect(opened).toMatchObject({ code: 0, err: '' })
    expect(opened.out).toContain(`sha256   ${sha256(readFileSync(join(house.dir, 'iam.age')))}`)
    expect(leaksIn([{ name: 'the output', bytes: Buffer.from(opened.out) }], needles())).toEqual([])
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    const modes = filesBelow(folder).map(({ name }) => statSync(join(folder, name)).mode & 0o777)
    expect(new Set(modes)).toEqual(new Set([0o600]))

    const lines = opened.out.split('\n').filter((line) => /^ {2}mc /.test(line) && !line.includes('<'))
    const [imports, ...switches] = lines.map((line) => line.trim().replace('ALIAS', 'demo').split(' ').slice(1))
    await house.mc((mc) => mc(...imports!))
    expect((await bothStatuses()).map(({ status }) => status)).toEqual(['on', 'on'])
    await house.mc(async (mc) => {
      for (const line of switches) await mc(...line)
    })
    expect(await bothStatuses()).toEqual(AS_BACKED_UP)
  })

  test('a folder that is not empty, and what does not open the file, are refused', async () => {
    await open()
    const file = await backUp()
    const full = join(house.dir, 'full')
    mkdirSync(full)
    writeFileSync(join(full, 'kept.txt'), 'kept')
    const empty = join(house.dir, 'none-yet')
    const other = join(house.dir, 'other.txt')
    writeFileSync(other, await generateX25519Identity())
    for (const [sentence, ...args] of [
      ['is not empty', '--out', full, '--identity', identityFile()],
      ['None of the identities opens the file', '--out', empty, '--identity', other],
      ['sealed for a recipient', '--out', empty, '--passphrase-file', other],
    ]) {
      const { code, out, err } = await strongroom('backup', 'open', file, ...args)
      expect({ code, out, err }).toEqual({ code: 1, out: '', err: expect.stringContaining(sentence!) })
    }
    expect(readdirSync(full)).toEqual(['kept.txt'])
    expect(existsSync(empty)).toBe(false)
  })
})

describe('with strongroom backup restore', () => {
  test('a cluster that lost its IAM has all of it again, and what was off is off', async () => {
    await open()
    await switchSomeOff()
    const [file, before] = [await backUp(), await iam()]
    await house.minio.stop()
    for (const drive of house.drives) rmSync(join(drive, '.minio.sys/config'), { recursive: true })
    await house.startMinio()
    expect((await iam())['iam-assets/users.json']).toEqual({})

    const args = ['backup', 'restore', file, '--endpoint', house.minio.endpoint, '--env-file', house.envFile]
    const dry = await strongroom(...args, '--identity', identityFile())
    expect(dry).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Nothing was changed.') })
    expect(dry.out).toContain(`sha256   ${sha256(readFileSync(file))}`)
    expect((await iam())['iam-assets/users.json']).toEqual({})

    const done = await strongroom(...args, '--identity', identityFile(), '--yes')
    expect(done).toMatchObject({ code: 0, err: '' })
    expect(done.out).toContain(`Off again: ${RESTRICTED}, ${UNRESTRICTED}, ${GROUP}.`)
    expect(leaksIn([{ name: 'the output', bytes: Buffer.from(dry.out + done.out) }], needles())).toEqual([])
    expect(await iam()).toEqual(before)
    expect(await bothStatuses()).toEqual(AS_BACKED_UP)
  })

  test('no secret of an account that was off is sent before it is off, nor are policies of a group', async () => {
    await open()
    await switchSomeOff()
    const file = await backUp()
    const secrets = (await iam())['iam-assets/svcaccts.json']
    const content = await openBackup(readFileSync(file), { kind: 'identities', identities: [new Secret(identity)] })
    const real = minio()
    const sent: { path: string; files: Record<string, Uint8Array> }[] = []
    const watched: Minio = {
      ...real,
      send: (call) => {
        const path = call.path.split('/').at(-1)!
        const files = path === 'import-iam-v2' ? unzipSync(Uint8Array.from(call.body as Uint8Array)) : {}
        sent.push({ path, files })
        return real.send(call)
      },
    }
    await restoreIam({ minio: watched, credentials: credentials() }, content)
    expect(sent.map(({ path }) => path)).toEqual([
      'import-iam-v2',
      'set-group-status',
      'import-iam-v2',
      ...Array(2).fill(['update-service-account', 'info-service-account']).flat(),
    ])
    const imported = Buffer.concat(sent.flatMap(({ files }) => Object.values(files).map((each) => Buffer.from(each))))
    expect(imported.includes(secrets[RESTRICTED].secretKey)).toBe(false)
    expect(imported.includes(secrets[UNRESTRICTED].secretKey)).toBe(false)
    expect(imported.includes(secrets.SVCIVAN00000000001.secretKey)).toBe(true)
    expect(Object.keys(sent[0]!.files)).not.toContain('iam-assets/group_mappings.json')
    expect(await bothStatuses()).toEqual(AS_BACKED_UP)
  })
})
