import { expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { accessKeyIn, keyRotationJob, replicationJob, withoutSecrets } from './batch-job-file.ts'

/** As YAML reads it: its escapes for code points above U+FFFF are no JSON. */
const read = (text: string) =>
  JSON.parse(text.replace(/\\U([0-9a-f]{8})/g, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16))))

const NAMES = ['a"b', "it's", 'one\ntwo', 'x: y', '{{env}}', '\\', '#no comment', '", "endpoint": "http://elsewhere']
const ODD = ['\u0085\u2028\u2029\ufeff', 'é', '\u{1f600}', '\u0000\u001b\u007f']

test.each([...NAMES, ...ODD])('%j stays inside its quotes, in a line of plain ASCII', (prefix) => {
  const text = keyRotationJob({ bucket: 'source', prefix, mode: 'sse-kms', key: 'k' })
  expect(text).toMatch(/^[\x20-\x7e]+$/)
  expect(read(text)).toEqual({
    keyrotate: { apiVersion: 'v1', bucket: 'source', prefix, encryption: { type: 'sse-kms', key: 'k' } },
  })
})

test('a copy goes through its bucket once, object by object: MinIO counts nothing of what fails otherwise', () => {
  using secretKey = new Secret('a-secret-of-a-key')
  const key = { accessKey: 'srbatch0123456789ab', secretKey }
  const text = replicationJob({ bucket: 'from', prefix: 'a/', target: 'to', endpoint: 'http://m:9000', ...key })
  expect(read(text)).toMatchObject({
    replicate: {
      source: { bucket: 'from', prefix: 'a/', snowball: { disable: true } },
      target: { bucket: 'to', endpoint: 'http://m:9000', credentials: { secretKey: 'a-secret-of-a-key' } },
      flags: { retry: { attempts: 1 } },
    },
  })
})

const TOLD = `replicate:
    flags:
        notify:
            endpoint: https://user:pass-1@hec.example.net/x
            token: Bearer pass-2
    target:
        credentials:
            accessKey: target-key
            secretKey: '**REDACTED**'
            sessionToken: ""
    source:
        bucket: from
        credentials:
            accessKey: source-key
            secretKey: pass-3
            sessionToken: |-
                pass-4

                pass-5
        snowball:
            disable: true
    list:
        - "secretKey": "pass-6: with \\"quotes\\""
          name: kept
        - credentials: {accessKey: x, secretKey: pass-7}
`

test('a description is shown without its secrets, those too that MinIO shows', () => {
  const shown = withoutSecrets(TOLD)
  expect(shown).not.toMatch(/pass-\d/)
  expect(shown).toContain('https://**REDACTED**@hec.example.net/x')
  expect(shown).toContain("            sessionToken: '**REDACTED**'\n        snowball:\n            disable: true")
  expect(shown).toContain('accessKey: source-key')
  expect(shown).toContain('name: kept')
  expect(shown).toContain('sessionToken: ""')
})

test('the access key of a job is that of its target', () => {
  expect(accessKeyIn(TOLD)).toBe('target-key')
  expect(accessKeyIn('keyrotate:\n    bucket: b\n')).toBeNull()
})
