import { describe, expect, test } from 'vitest'
import { describeKey, encodeKeyFile, type Key, parseKeyFile } from './key-file.ts'

const ascending = Buffer.from(Array.from({ length: 32 }, (_, index) => index))
const descending = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index))

/** Files a real server reads: records 207, 211, 213 and 217 of the golden file. */
const AES =
  'CiQKIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fEAESJAog//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eAQARoGCIDiz6oGIkAxZTU1OThlNmRiZThiYTliMWRlYWI2ZGNmODNjYWNmOGRmOWY3ZTkzODlhMmE2MDU0M2FkNmYyNGFjNDc0MTIy'
const CHACHA =
  'CiQKIP/+/fz7+vn49/b19PPy8fDv7u3s6+rp6Ofm5eTj4uHgEAISJAogAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8QARoGCIDiz6oGIgA='
const JSON_FORM = `{"bytes":"${ascending.toString('base64')}","algorithm":"AES256-GCM_SHA256","created_at":"2023-01-02T03:04:05Z","created_by":"me"}`

const withHmac = (key: Key) => ({ ...key, hmacSecret: key.hmacSecret! })

describe('key files', () => {
  test('a file of the real server is read and written again byte for byte', () => {
    const key = parseKeyFile(AES)
    expect(key).toMatchObject({ cipher: 'AES256', secret: ascending, hmacSecret: descending })
    expect(key.createdAt).toEqual({ seconds: 1_700_000_000, nanos: 0 })
    expect(encodeKeyFile(withHmac(key))).toBe(AES)
  })

  test('ChaCha20, no creator, and a newline at the end', () => {
    const key = parseKeyFile(`${CHACHA}\n`)
    expect(key).toMatchObject({ cipher: 'ChaCha20', secret: descending, createdBy: '' })
    expect(describeKey('k', key)).toEqual({ name: 'k', algorithm: 'ChaCha20', created_at: '2023-11-14T22:13:20Z' })
  })

  test('nanoseconds and dates before 1970 survive', () => {
    for (const createdAt of [
      { seconds: 1_763_700_000, nanos: 123_456_789 },
      { seconds: -62_135_596_800, nanos: 0 },
    ]) {
      expect(parseKeyFile(encodeKeyFile({ ...withHmac(parseKeyFile(AES)), createdAt })).createdAt).toEqual(createdAt)
    }
  })

  test('the JSON form has no HMAC secret, and may lack all but the bytes', () => {
    expect(parseKeyFile(JSON_FORM)).toMatchObject({ cipher: 'AES256', secret: ascending, hmacSecret: undefined })
    const bare = parseKeyFile(`{"bytes":"${ascending.toString('base64')}"}`)
    expect(describeKey('k', bare)).toEqual({ name: 'k', algorithm: 'AES256', created_at: '0001-01-01T00:00:00Z' })
  })

  test.each([
    ['empty', ''],
    ['garbage', 'not a key'],
    ['a space in the base64', ` ${AES}`],
    ['cut short', Buffer.from(AES, 'base64').subarray(0, 60).toString('base64')],
    ['without the HMAC secret', Buffer.from(AES, 'base64').subarray(0, 38).toString('base64')],
    ['a short secret', `{"bytes":"${ascending.toString('base64', 0, 16)}"}`],
    ['an unknown algorithm', JSON_FORM.replace('AES256-GCM_SHA256', 'DES')],
    ['JSON, but no object', '[]'],
  ])('refuses a file that is %s', (_, text) => {
    expect(() => parseKeyFile(text)).toThrow()
  })
})
