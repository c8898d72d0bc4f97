import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BackupFolder } from './backup-folder.ts'

let root: string
let folder: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'strongroom-backups-'))
  folder = join(root, 'backups')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const about = (takenAt: string) => ({ takenAt, takenBy: 'amelia', sealedFor: 'recipient' as const })
const mode = (path: string) => statSync(path).mode & 0o777

test('what is kept is listed newest first and read back', async () => {
  const backups = new BackupFolder(folder)
  expect(await backups.list()).toEqual([])
  const first = await backups.keep(Buffer.from('sealed one'), about('2026-11-21T06:59:00.123Z'))
  const second = await backups.keep(Buffer.from('sealed two'), about('2026-11-21T07:00:00.000Z'))
  expect(first).toEqual({
    id: expect.stringMatching(/^iam-20261121T065900Z-[0-9a-f]{8}\.age$/),
    takenAt: '2026-11-21T06:59:00.123Z',
    takenBy: 'amelia',
    sealedFor: 'recipient',
    sizeBytes: 10,
    sha256: createHash('sha256').update('sealed one').digest('hex'),
  })
  expect(await new BackupFolder(folder).list()).toEqual([second, first])
  expect(Buffer.from(await backups.read(first.id)).toString()).toBe('sealed one')
})

test('only the owner may look at them, and nothing unfinished is left', async () => {
  const { id } = await new BackupFolder(folder).keep(Buffer.from('sealed'), about('2026-11-21T06:59:00.123Z'))
  expect(mode(folder)).toBe(0o700)
  expect(readdirSync(folder).sort()).toEqual([id, `${id}.json`])
  expect([mode(join(folder, id)), mode(join(folder, `${id}.json`))]).toEqual([0o600, 0o600])
})

test('an id that is none leads nowhere', async () => {
  const backups = new BackupFolder(folder)
  await backups.keep(Buffer.from('sealed'), about('2026-11-21T06:59:00.123Z'))
  writeFileSync(join(root, 'secret.age'), 'outside')
  for (const id of ['../secret.age', 'secret.age', '', '.', `iam-20261121T065900Z-00000000.age/../../secret.age`]) {
    await expect(backups.read(id)).rejects.toMatchObject({ code: 'not-found' })
  }
})

test('foreign files in the folder are passed over', async () => {
  const backups = new BackupFolder(folder)
  const kept = await backups.keep(Buffer.from('sealed'), about('2026-11-21T06:59:00.123Z'))
  writeFileSync(join(folder, 'notes.txt'), 'x')
  writeFileSync(join(folder, 'iam-20261121T065900Z-00000000.age'), 'without its side file')
  expect(await backups.list()).toEqual([kept])
})

test('a folder that can’t be written to is named, with the cure', async () => {
  writeFileSync(folder, 'a file where the folder should be')
  await expect(
    new BackupFolder(folder).keep(Buffer.from('sealed'), about('2026-11-21T06:59:00.123Z')),
  ).rejects.toMatchObject({ code: 'internal', detail: expect.stringContaining('STRONGROOM_BACKUP_DIR') })
})
