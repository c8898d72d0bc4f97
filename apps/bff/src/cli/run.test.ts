import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { strongroom } from '../../test/strongroom.ts'
import { VERSION } from '../version.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'strongroom-cli-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

test('its version', async () => {
  expect(await strongroom('--version')).toEqual({ code: 0, out: `strongroom ${VERSION}\n`, err: '' })
})

test.each([
  [['--help'], 'strongroom audit'],
  [['audit', '--help'], '--root-credentials FILE'],
  [['backup', '--help'], 'strongroom backup restore'],
  [['backup', 'open', '--help'], '--passphrase-file FILE'],
])('%j prints help', async (args, part) => {
  const { code, out, err } = await strongroom(...args)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain(part)
  expect(out.split('\n').filter((line) => line.length > 120)).toEqual([])
})

describe('a wrong command line ends with 64, says what is wrong, and repeats no value', () => {
  test.each([
    [[], 'Name a command.'],
    [['unheard-of'], 'There is no such command.'],
    [['audit'], 'Name the drives'],
    [['audit', '--drives'], '--drives lacks its value'],
    [['audit', '--drives', '/d', '--password=hunter2'], 'There is no option --password.'],
    [['audit', '--drives', '/d{4...1}'], 'runs backwards'],
    [['backup'], 'Say "backup open" or "backup restore".'],
    [['backup', 'open', 'a.age'], 'Say with --out'],
    [['backup', 'open', '--passphrase', 'hunter2'], 'There is no option --passphrase.'],
    [['backup', 'restore', 'a.age', '--endpoint', 'https://m:9000'], 'Give --env-file or --credentials-file'],
  ])('%j', async (args, sentence) => {
    const { code, out, err } = await strongroom(...args)
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(err).toContain(sentence)
    expect(err).not.toContain('hunter2')
  })
})

describe('what can’t be done is one sentence with the cure', () => {
  const file = (text: string) => {
    const path = join(dir, `file-${Math.random()}`)
    writeFileSync(path, text)
    return path
  }

  test('no drive', async () => {
    const { code, out, err } = await strongroom('audit', '--drives', join(dir, 'd{1...2}'))
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^strongroom: No drive can be read\. .*d1: There is no such folder\..*\n$/)
  })

  test('a backup that is none', async () => {
    const passphrase = file('a passphrase of words\n')
    const args = ['--out', join(dir, 'out'), '--passphrase-file', passphrase]
    const { code, err } = await strongroom('backup', 'open', file('no age file'), ...args)
    expect(code).toBe(1)
    expect(err).toContain('The file is no age file.')
    expect(err).not.toContain('a passphrase of words')
  })

  test('a file that is not there, and credentials in a form that is none', async () => {
    const missing = await strongroom(
      'backup',
      'open',
      join(dir, 'none.age'),
      '--out',
      join(dir, 'out'),
      '--identity',
      dir,
    )
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("can't be read (EISDIR)") })
    const args = ['backup', 'restore', 'a.age', '--endpoint', 'http://127.0.0.1:1', '--credentials-file']
    const colon = await strongroom(...args, file('# comment\nhunter2\n'))
    expect(colon).toMatchObject({ code: 1, err: expect.stringContaining('Line 2 of') })
    expect(colon.err).not.toContain('hunter2')
  })
})
