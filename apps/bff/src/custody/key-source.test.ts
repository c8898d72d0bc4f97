import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { DeclaredSource } from '../config/key-sources.ts'
import { planLines } from '../config/write-lines.ts'
import { fingerprint } from '../crypto/fingerprint.ts'
import { Secret } from '../secret.ts'
import { listSources, openSource } from './key-source.ts'

const dir = mkdtempSync(join(tmpdir(), 'key-source-'))
afterAll(() => rmSync(dir, { recursive: true }))

const material = new Uint8Array(32).map((_, i) => i * 7 + 1)
const hex = Buffer.from(material).toString('hex')
const base64 = Buffer.from(material).toString('base64')

function put(name: string, content: string | Uint8Array, mode = 0o600): string {
  const path = join(dir, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}
const file = (path: string, keyName = 'k'): DeclaredSource => ({
  id: `${keyName}=file:${path}`,
  keyName,
  kind: 'file',
  path,
})
const variable = (value: string | null): DeclaredSource => ({
  id: 'k=env:V',
  keyName: 'k',
  kind: 'env',
  variable: 'V',
  value: value === null ? null : new Secret(value),
})
const only = (source: DeclaredSource) => ({ envFile: null, keySources: [source] })
const bytesOf = async (source: DeclaredSource, name = 'k') =>
  (await openSource(only(source), source.id, name)).expose((bytes) => [...bytes])

describe('every form of 32 bytes', () => {
  test.each<[string, string | Uint8Array]>([
    ['hex', hex],
    ['hex with a newline', `${hex.toUpperCase()}\r\n`],
    ['name:base64', `k:${base64}\n`],
    ['base64', `  ${base64}\n`],
    ['raw', material],
  ])('%s', async (_, content) => {
    expect(await bytesOf(file(put('form', content)))).toEqual([...material])
    expect(await listSources(only(file(put('form', content))))).toMatchObject([
      { keyName: 'k', fingerprint: fingerprint(material, 'k'), warning: null },
    ])
  })

  test('from a variable, more than once', async () => {
    const source = variable(base64)
    expect(await bytesOf(source)).toEqual([...material])
    expect(await bytesOf(source)).toEqual([...material])
  })

  test('64 hex digits are read as hex, though they are base64 of 48 bytes', async () => {
    expect(await bytesOf(variable('ab'.repeat(32)))).toEqual(Array(32).fill(0xab))
  })

  test('raw bytes that begin or end as white space stay as they are', async () => {
    const raw = Uint8Array.from(material).fill(0x20, 0, 2).fill(0x0a, 31)
    expect(await bytesOf(file(put('raw', raw)))).toEqual([...raw])
  })
})

describe('refused in one sentence that repeats nothing', () => {
  const link = join(dir, 'link')
  symlinkSync(put('target', base64), link)
  const pipe = join(dir, 'pipe')
  execFileSync('mkfifo', [pipe])

  test.each<[string, DeclaredSource, RegExp]>([
    ['a link', file(link), /symbolic link/],
    ['a pipe', file(pipe), /no regular file/],
    ['a folder', file(dir), /no regular file/],
    ['nothing there', file(join(dir, 'absent')), /is not there/],
    ['too large', file(put('large', 'x'.repeat(4097))), /larger than any key/],
    ['31 bytes', file(put('31', material.subarray(1))), /holds 31 bytes/],
    ['33 bytes', file(put('33', Uint8Array.of(...material, 10))), /holds 33 bytes/],
    ['empty', file(put('none', '')), /holds 0 bytes/],
    ['base64 of 31 bytes', variable(Buffer.alloc(31, 5).toString('base64')), /no key/],
    ['URL-safe base64', variable('-_'.repeat(21).concat('A=')), /no key/],
    ['hex after the name', variable(`k:${hex}`), /base64 of 48 bytes/],
    ['another name', variable(`other:${base64}`), /declared for "k"/],
    ['short after the name', variable('k:AAAA'), /not base64 of exactly 32/],
    ['an unset variable', variable(null), /V is not set/],
  ])('%s', async (_, source, sentence) => {
    const [listed] = await listSources(only(source))
    expect(listed).toMatchObject({ fingerprint: null, warning: expect.stringMatching(sentence) })
    const failure = openSource(only(source), source.id, 'k')
    await expect(failure).rejects.toMatchObject({ code: 'conflict', detail: expect.stringMatching(sentence) })
    expect(listed!.warning).not.toContain(base64.slice(0, 8))
  })
})

test('a source is imported under its own name only', async () => {
  await expect(bytesOf(variable(base64), 'other')).rejects.toMatchObject({
    code: 'not-allowed',
    fields: [{ pointer: '/name' }],
  })
  await expect(openSource(only(variable(base64)), 'nothing', 'k')).rejects.toMatchObject({ code: 'not-found' })
})

describe('the static key of the env file', () => {
  const sources = (text: string) => ({ envFile: put('env', text), keySources: [] })

  test('is a source by itself', async () => {
    const config = sources(`export MINIO_KMS_SECRET_KEY="prod:${base64}"\n`)
    expect(await listSources(config)).toEqual([
      {
        id: 'env-file',
        label: `Static key in ${config.envFile}`,
        keyName: 'prod',
        fingerprint: fingerprint(material, 'prod'),
        warning: null,
      },
    ])
    expect((await openSource(config, 'env-file', 'prod')).expose((bytes) => [...bytes])).toEqual([...material])
    await expect(openSource(config, 'env-file', 'other')).rejects.toMatchObject({ code: 'not-allowed' })
  })

  test('may stand in a file of its own, which wins as it does in MinIO', async () => {
    const path = put('secret-key', `prod:${base64}\n`)
    const config = sources(`MINIO_KMS_SECRET_KEY=old:AAAA\nMINIO_KMS_SECRET_KEY_FILE=${path}\n`)
    expect(await listSources(config)).toMatchObject([{ keyName: 'prod', fingerprint: fingerprint(material, 'prod') }])
    const ignored = sources(`MINIO_KMS_SECRET_KEY=prod:${base64}\nMINIO_KMS_SECRET_KEY_FILE=secret-key\n`)
    expect(await listSources(ignored)).toMatchObject([{ keyName: 'prod' }])
  })

  test('is gone once the move to KES has emptied its line', async () => {
    const config = sources(planLines(`MINIO_KMS_SECRET_KEY=prod:${base64}\n`, { MINIO_KMS_KES_KEY_NAME: 'prod' }))
    expect(await listSources(config)).toEqual([])
    await expect(openSource(config, 'env-file', 'prod')).rejects.toMatchObject({ code: 'not-found' })
  })

  test.each([
    [`MINIO_KMS_SECRET_KEY=${base64}`, /no name before a colon/],
    [`MINIO_KMS_SECRET_KEY=k:${hex}`, /base64 of 48 bytes/],
    ['no assignment', /Line 1 /],
  ])('%j is told, and hides no other source', async (text, sentence) => {
    const both = { ...sources(text), keySources: [variable(base64)] }
    expect(await listSources(both)).toMatchObject([
      { id: 'env-file', fingerprint: null, warning: expect.stringMatching(sentence) },
      { id: 'k=env:V', fingerprint: fingerprint(material, 'k') },
    ])
  })
})

describe('warned about', () => {
  test.each([
    ['the sample of the documentation', 'OSMM+vkKUTCvQs9YL/CVMIMt43HFhkUpqJxTmGl6rYw=', /published sample key/],
    ['a fixture', Buffer.from('fixture-static-kms-key-32-bytes!').toString('base64'), /published sample key/],
    ['the demo key', Buffer.from('acme-static-kms-key-of-32-bytes!').toString('base64'), /demo/],
    ['zeros', Buffer.alloc(32).toString('base64'), /All bytes of this key are the same/],
  ])('%s, under whatever name', async (_, value, warning) => {
    const [listed] = await listSources(only(variable(value)))
    expect(listed!.warning).toMatch(warning)
    expect(listed!.fingerprint).toMatch(/^[0-9a-f]{16}$/)
  })

  test('a file that others can read', async () => {
    const [listed] = await listSources(only(file(put('shared', base64, 0o640))))
    expect(listed).toMatchObject({
      fingerprint: fingerprint(material, 'k'),
      warning: expect.stringMatching(/mode 0400/),
    })
  })
})
