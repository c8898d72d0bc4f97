import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acmeArchive } from './acme.ts'
import { assertServable } from './drives.ts'
import { unpackDrives } from './seed.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'seed-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

/** Packs a folder `set` with one drive, by the arguments of tar that make it dangerous or odd. */
function pack(prepare: (set: string) => void, ...args: string[]): string {
  const drive = join(dir, 'in/set/d1/.minio.sys')
  mkdirSync(drive, { recursive: true })
  writeFileSync(join(drive, 'format.json'), '{"format":"xl"}')
  prepare(join(dir, 'in/set'))
  const archive = join(dir, 'drives.tar.gz')
  execFileSync('tar', ['-czPf', archive, '-C', join(dir, 'in'), ...(args.length > 0 ? args : ['set'])])
  return archive
}

describe('unpackDrives refuses', () => {
  test('a name that climbs out of the folder', async () => {
    const archive = pack(() => writeFileSync(join(dir, 'evil'), 'x'), 'set', '../evil')
    await expect(unpackDrives(archive, join(dir, 'out'))).rejects.toThrow('lead out of the folder')
    expect(existsSync(join(dir, 'out'))).toBe(false)
  })

  test('an absolute name', async () => {
    const archive = pack(() => writeFileSync(join(dir, 'evil'), 'x'), 'set', join(dir, 'evil'))
    await expect(unpackDrives(archive, join(dir, 'out'))).rejects.toThrow('lead out of the folder')
  })

  test('a link, through which a later name could climb', async () => {
    const archive = pack((set) => symlinkSync('/etc', join(set, 'd2')))
    await expect(unpackDrives(archive, join(dir, 'out'))).rejects.toThrow('links or devices')
  })

  test('two folders at the root', async () => {
    const archive = pack(() => mkdirSync(join(dir, 'in/other')), 'set', 'other')
    await expect(unpackDrives(archive, join(dir, 'out'))).rejects.toThrow('one folder at its root')
  })

  test('a file that is no archive', async () => {
    writeFileSync(join(dir, 'a.tar.gz'), 'no archive')
    await expect(unpackDrives(join(dir, 'a.tar.gz'), join(dir, 'out'))).rejects.toThrow("can't be read by tar")
  })

  test('a choice of drives that matches none', async () => {
    const archive = pack(() => {})
    await expect(unpackDrives(archive, join(dir, 'out'), 'node*')).rejects.toThrow(
      'No folder of the archive is called node*. It has: d1.',
    )
  })
})

describe('unpackDrives', () => {
  test('orders the drives by number, leaves other folders out, and finds the keys', async () => {
    const archive = pack((set) => {
      for (const name of ['d10', 'd2', 'certs', 'kes/keystore']) mkdirSync(join(set, name), { recursive: true })
    })
    const { drives, keystore } = await unpackDrives(archive, join(dir, 'out'))
    expect(drives).toEqual(['d1', 'd2', 'd10'].map((name) => join(dir, 'out/set', name)))
    expect(keystore).toBe(join(dir, 'out/set/kes/keystore'))
  })

  test('keeps the drives of an earlier start, and does not take another archive for them', async () => {
    const first = await unpackDrives(acmeArchive, join(dir, 'out'))
    expect(first.drives).toHaveLength(4)
    expect(() => assertServable(first.drives)).not.toThrow()
    writeFileSync(join(first.drives[0]!, 'written-later'), 'kept')
    const second = await unpackDrives(acmeArchive, join(dir, 'out'))
    expect(second.unpacked).toBe(false)
    expect(readFileSync(join(second.drives[0]!, 'written-later'), 'utf8')).toBe('kept')
    await expect(
      unpackDrives(
        pack(() => {}),
        join(dir, 'out'),
      ),
    ).rejects.toThrow('the drives of another archive')
  })
})

test('drives in the old FS layout, and folders that are no drives, are told apart', async () => {
  const archive = pack((set) => {
    writeFileSync(join(set, 'd1/.minio.sys/format.json'), '{"format":"fs"}')
    mkdirSync(join(set, 'd2'))
  })
  const { drives } = await unpackDrives(archive, join(dir, 'out'))
  expect(() => assertServable([drives[0]!])).toThrow('old FS layout')
  expect(() => assertServable([drives[1]!])).toThrow('no drive of MinIO')
})
