import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackDrives } from '@strongroom/sandbox/seed'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStored } from './drives.ts'
import { archiveOf, FIXTURES, openersOf, truthOf } from './fixture.ts'
import { openItem, sealOf } from './opening.ts'

/** The tests' own reading of drives and its opening of items rest on this: it finds what MinIO's packages found. */

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-truth-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe.each(FIXTURES)('%s', (fixture) => {
  test('every item is there, sealed as the truth file says, and opens to its content', async () => {
    const truth = truthOf(fixture)
    const { drives, keystore } = await unpackDrives(archiveOf(fixture), join(dir, fixture))
    expect(drives).toHaveLength(truth.drives)
    const stored = readStored(drives)
    const items = truth.items.filter(({ path }) => path.startsWith('config/'))
    expect([...stored.keys()]).toEqual(items.map(({ path }) => path).sort())
    if (truth.drives > 1) {
      const [one, two, three, four] = drives as [string, string, string, string]
      for (const pair of [
        [one, two],
        [one, three],
        [one, four],
        [two, three],
        [two, four],
        [three, four],
      ]) {
        for (const [path, bytes] of readStored(pair)) expect.soft(bytes.equals(stored.get(path)!), path).toBe(true)
      }
    }
    const openers = openersOf(truth, keystore)
    for (const { path, state, kmsKeyId, storedSha256, plainSha256 } of items) {
      const bytes = stored.get(path)!
      const seal = sealOf(path, bytes)
      const by = { nothing: 'plaintext', root: 'root-credentials', kms: 'kms' }[seal.by]
      expect
        .soft([by, seal.by === 'kms' ? seal.key : undefined, sha256(bytes)], path)
        .toEqual([state, kmsKeyId, storedSha256])
      expect.soft(sha256(await openItem(path, bytes, openers)), path).toBe(plainSha256)
    }
  })
})
