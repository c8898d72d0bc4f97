import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKes } from '@strongroom/sandbox/kes'
import { unpackDrives } from '@strongroom/sandbox/seed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { archiveOf, type FixtureName, truthOf } from '../../test/fixture.ts'
import { strongroom } from '../../test/strongroom.ts'
import type { AuditReport } from './audit-needs.ts'

let dir: string
let drives: readonly string[]
let keystore: string | undefined

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-audit-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

async function unpack(fixture: FixtureName) {
  ;({ drives, keystore } = await unpackDrives(archiveOf(fixture), join(dir, 'drives')))
  return truthOf(fixture)
}

const file = (name: string, ...lines: string[]) => {
  const path = join(dir, name)
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 })
  return path
}

const audit = (...args: string[]) => strongroom('audit', '--drives', ...drives, ...args)

async function report(...args: string[]): Promise<{ code: number; report: AuditReport }> {
  const { code, out, err } = await audit('--json', ...args)
  expect(err).toBe('')
  return { code, report: JSON.parse(out) }
}

/** Path and state of what both the truth and an audit speak of. */
const states = (items: readonly { path: string; state: string }[]) =>
  Object.fromEntries(items.filter(({ path }) => path.startsWith('config/')).map(({ path, state }) => [path, state]))

/** Every file of the drives, by content. */
const everyFile = () =>
  drives.flatMap((drive) =>
    readdirSync(drive, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`),
  )

describe('what MinIO’s own packages say of each item, the audit says', () => {
  test.each([
    ['static-latest-4drives', 0],
    ['plaintext-latest', 1],
    ['plaintext-2021', 1],
    ['legacy-rootcred', 1],
    ['legacy-rootcred-4drives', 1],
    ['legacy-interrupted-4drives', 1],
    ['kes-latest', 0],
  ] as const)('%s ends with %i', async (fixture, expected) => {
    const truth = await unpack(fixture)
    const before = everyFile()
    const { code, report: told } = await report()
    expect(states(told.items)).toEqual(states(truth.items))
    expect(code).toBe(expected)
    expect(told.drives).toMatchObject({ total: truth.drives, unseenSets: 0 })
    expect(everyFile()).toEqual(before)
  })
})

describe('root credentials', () => {
  test('of several the right ones are found, and what nothing opens is counted', async () => {
    const { rootUser, rootPassword } = await unpack('legacy-interrupted-4drives')
    const roots = file('roots.txt', '# from the old wiki', 'minioadmin:minioadmin', `${rootUser}:${rootPassword}`)
    const envFile = file('minio.env', 'MINIO_ROOT_USER=today', 'MINIO_ROOT_PASSWORD=not-the-one-of-then')
    const { report: told } = await report('--env-file', envFile, '--root-credentials', roots)
    expect(told.needs).toEqual({
      rootCredentials: {
        items: 41,
        tried: [
          { source: envFile, user: 'today', opens: 0 },
          { source: `line 2 of ${roots}`, user: 'minioadmin', opens: 0 },
          { source: `line 3 of ${roots}`, user: rootUser, opens: 41 },
        ],
        unopened: 0,
      },
      keys: [{ name: 'legacy-master-key', items: expect.any(Number) }],
    })

    const { out } = await audit('--env-file', envFile, '--root-credentials', roots)
    expect(out).toContain(`line 3 of ${roots} (user ${rootUser}) opens 41 items`)
    expect(out).not.toContain(rootPassword)
    expect(out).not.toContain('not-the-one-of-then')
    expect((await audit('--env-file', envFile)).out).toContain('none of them opens 41 items')
  }, 120_000)
})

describe('--opened', () => {
  test('opens with the static key of the env file, or with a key file', async () => {
    const { kms } = await unpack('static-latest-4drives')
    const value = kms?.type === 'static' ? kms.value : ''
    const [name, material] = value.split(':') as [string, string]
    const envFile = file('minio.env', `MINIO_KMS_SECRET_KEY=${value}`)
    for (const args of [
      ['--env-file', envFile],
      ['--key', `${name}=${file('key', material)}`],
    ]) {
      const { code, report: told } = await report('--opened', ...args)
      expect({ code, opened: told.audit.opened }).toEqual({
        code: 0,
        opened: { opened: told.audit.total, noKey: 0, failed: 0 },
      })
    }
    const none = await report('--opened')
    expect(none.report.audit.opened).toEqual({ opened: 0, noKey: 48, failed: 0 })
    expect(none.code).toBe(2)

    const wrong = file('wrong', Buffer.alloc(32, 7).toString('base64'))
    const failed = await audit('--opened', '--key', `${name}=${wrong}`)
    expect(failed.code).toBe(2)
    expect(failed.out).toContain('Unreadable\n')
    expect(failed.out).not.toContain(material)
  })

  test('opens with the KES of the env file', async () => {
    const truth = await unpack('kes-latest')
    const kes = await startKes({ dir: join(dir, 'kes'), ...(keystore !== undefined && { keystore }) })
    try {
      const keyName = truth.kms?.type === 'kes' ? truth.kms.keyName : ''
      const envFile = file(
        'minio.env',
        `MINIO_KMS_KES_ENDPOINT=${kes.endpoint}`,
        `MINIO_KMS_KES_CERT_FILE=${kes.minioCert}`,
        `MINIO_KMS_KES_KEY_FILE=${kes.minioKey}`,
        `MINIO_KMS_KES_CAPATH=${kes.ca}`,
        `MINIO_KMS_KES_KEY_NAME=${keyName}`,
      )
      const { code, report: told } = await report('--opened', '--env-file', envFile)
      expect({ code, opened: told.audit.opened }).toEqual({
        code: 0,
        opened: { opened: told.audit.total, noKey: 0, failed: 0 },
      })
    } finally {
      await kes.stop()
    }
  })
})

describe('drives that are away', () => {
  test('two of four are enough, one is not', async () => {
    const truth = await unpack('static-latest-4drives')
    const away = (index: number) => renameSync(drives[index]!, `${drives[index]}.away`)
    away(0)
    away(2)
    const half = await report()
    expect(half.code).toBe(0)
    expect(states(half.report.items)).toEqual(states(truth.items))
    expect((await audit()).out).toContain('Drives  2 of 4 found')
    away(1)
    const quarter = await audit()
    expect(quarter.code).toBe(2)
    expect(quarter.out).toContain('Bring back more drives')
  })
})

test('a pool that is named and not mounted ends with 2, and is said', async () => {
  await unpack('static-latest-4drives')
  const { code, out } = await audit(...[1, 2, 3, 4].map((number) => join(dir, 'pool2', `d${number}`)))
  expect(code).toBe(2)
  expect(out).toContain('Drives  4 of 4 found')
  expect(out).toContain('4 of the folders named are no drive of the sets seen here')
})

test('the FS layout is told, with the way out', async () => {
  await unpack('legacy-rootcred')
  const { out } = await audit()
  expect(out).toContain('today’s MinIO does not start on it')
  expect(out).toContain('Start RELEASE.2022-10-24T18-35-07Z on it')
})
