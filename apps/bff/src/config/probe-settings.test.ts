import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { readProbeSettings } from './probe-settings.ts'

const read = (env: Record<string, string>) => readProbeSettings((name) => env[name] || undefined)
const KEY = { STRONGROOM_PROBE_ACCESS_KEY: 'prober' }
const SECRET = { STRONGROOM_PROBE_SECRET_KEY: 'a-secret-of-probes' }

test('without an access key nothing is probed by itself, and nothing for it may be set', () => {
  expect(read({})).toBeNull()
  expect(() => read(SECRET)).toThrow('STRONGROOM_PROBE_ACCESS_KEY is missing: STRONGROOM_PROBE_SECRET_KEY is set')
  expect(() => read({ STRONGROOM_PROBE_EVERY_HOURS: '12' })).toThrow('STRONGROOM_PROBE_EVERY_HOURS is set')
})

test('a secret key is wanted with it, from a variable or a file, and is boxed', () => {
  expect(() => read(KEY)).toThrow('STRONGROOM_PROBE_SECRET_KEY is missing')
  expect(read({ ...KEY, ...SECRET })).toMatchObject({ accessKey: 'prober', everyHours: 24 })
  expect(inspect(read({ ...KEY, ...SECRET }), { depth: 9 })).not.toContain('a-secret-of-probes')
  const file = join(mkdtempSync(join(tmpdir(), 'probe-settings-')), 'secret')
  writeFileSync(file, 'from-a-file\n')
  const fromFile = read({ ...KEY, STRONGROOM_PROBE_SECRET_KEY_FILE: file })
  expect(fromFile?.secretKey.expose((value) => value)).toBe('from-a-file')
})

test.each(['0', '-1', '1.5', '8761', 'daily'])('%s is no number of hours', (hours) => {
  expect(() => read({ ...KEY, ...SECRET, STRONGROOM_PROBE_EVERY_HOURS: hours })).toThrow('whole number from 1 to 8760')
})

test('the hours between two probes', () => {
  expect(read({ ...KEY, ...SECRET, STRONGROOM_PROBE_EVERY_HOURS: '1' })?.everyHours).toBe(1)
})
