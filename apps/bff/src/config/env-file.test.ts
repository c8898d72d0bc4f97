import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseEnvFile, readEnvFile } from './env-file.ts'
import { planLines } from './write-lines.ts'

describe('parseEnvFile', () => {
  test.each([
    ['A=b', { A: 'b' }],
    ['A=', { A: '' }],
    ['  A=b  \r\n\r\n\tB=c\r\n', { A: 'b', B: 'c' }],
    ['# A=b\n  #B=c\nC=d#e # f', { C: 'd#e # f' }],
    ['export A=b\nexport   B=c\nexportC=d', { A: 'b', B: 'c', C: 'd' }],
    [`A="b c"\nB='d'\nC="e'\nD="\nE=""`, { A: 'b c', B: 'd', C: `"e'`, D: '"', E: '' }],
    ['A="x" # y', { A: '"x" # y' }],
    ['A=\\n$B\\"', { A: '\\n$B\\"' }],
    ['A = b', { 'A ': ' b' }],
    ['A=b=c', { A: 'b=c' }],
    ['A=1\nA=2', { A: '2' }],
    ['\uFEFFA=b\nB=c', { '\uFEFFA': 'b', B: 'c' }],
    ['', {}],
  ])('%j', (text, variables) => {
    expect(Object.fromEntries(parseEnvFile(text))).toEqual(variables)
  })

  test('names the line without "=", not what it holds', () => {
    expect(() => parseEnvFile('A=b\n\nsecret-words\n')).toThrow(/^Line 3 of the env file has no "="/)
    expect(() => parseEnvFile('secret-words')).not.toThrow(/secret-words/)
  })
})

test('readEnvFile sees a file that was rewritten, and names one that is missing', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'env-file-')), 'minio')
  expect(() => readEnvFile(path)).toThrow(`The env file ${path} can't be read (ENOENT)`)
  for (const value of ['1', '2']) {
    writeFileSync(path, `A=${value}\n`)
    expect(readEnvFile(path).get('A')).toBe(value)
  }
})

describe('planLines', () => {
  const kes = { MINIO_KMS_KES_ENDPOINT: 'https://kes:7373', MINIO_KMS_KES_KEY_NAME: 'acme-key' }
  const added = 'MINIO_KMS_KES_ENDPOINT=https://kes:7373\nMINIO_KMS_KES_KEY_NAME=acme-key\n'

  test.each([
    ['', `${added}MINIO_KMS_SECRET_KEY=\n`],
    ['A=b', `A=b\n${added}MINIO_KMS_SECRET_KEY=\n`],
    ['MINIO_KMS_SECRET_KEY=x:y\n# note\n', `MINIO_KMS_SECRET_KEY=\n# note\n${added}`],
    ['export MINIO_KMS_SECRET_KEY="x:y"\nA = b\n', `export MINIO_KMS_SECRET_KEY=\nA = b\n${added}`],
    ['MINIO_KMS_SECRET_KEY=1\nMINIO_KMS_SECRET_KEY=2\n', `MINIO_KMS_SECRET_KEY=\nMINIO_KMS_SECRET_KEY=\n${added}`],
    ['MINIO_KMS_SECRET_KEY_FILE=/k\n', `MINIO_KMS_SECRET_KEY_FILE=\n${added}MINIO_KMS_SECRET_KEY=\n`],
    ['A=b\r\n', `A=b\r\n${added}MINIO_KMS_SECRET_KEY=\n`.replace(/\r?\n/g, '\r\n')],
    [
      'MINIO_KMS_KES_KEY_NAME=old\r\nMINIO_KMS_KES_ENDPOINT=old\r\nMINIO_KMS_SECRET_KEY=x\r\n',
      'MINIO_KMS_KES_KEY_NAME=acme-key\r\nMINIO_KMS_KES_ENDPOINT=https://kes:7373\r\nMINIO_KMS_SECRET_KEY=\r\n',
    ],
  ])('%j', (before, after) => {
    expect(planLines(before, kes)).toBe(after)
    expect(planLines(after, kes)).toBe(after)
  })

  const name = fc.stringMatching(/^[A-Z][A-Z_]{0,6}$/).filter((it) => !it.startsWith('EXPORT'))
  const value = fc.string({ unit: 'grapheme' }).filter((it) => !/[\r\n\0]/.test(it))

  test('MinIO reads back exactly what was set, and everything else as before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), fc.dictionary(name, value), (lines, set) => {
        const before = lines.map(([key, it]) => `${key}=${it}`).join('\n')
        const wanted = { ...Object.fromEntries(parseEnvFile(before)), ...set, MINIO_KMS_SECRET_KEY: '' }
        expect(Object.fromEntries(parseEnvFile(planLines(before, set)))).toEqual(wanted)
      }),
    )
  })

  test('refuses a value that would become two lines', () => {
    expect(() => planLines('', { A: 'b\nC=d' })).toThrow(RangeError)
  })
})
