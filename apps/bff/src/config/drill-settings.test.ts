import { expect, test } from 'vitest'
import { readDrillSettings } from './drill-settings.ts'

const read = (env: Record<string, string>) => readDrillSettings((name) => env[name] || undefined)
const KEY = { STRONGROOM_DRILL_KES_API_KEY: `kes:v1:${Buffer.alloc(33).toString('base64')}` }

test('without an endpoint there is no restored KES, and nothing of one may be named', () => {
  expect(read({})).toBeNull()
  expect(() => read(KEY)).toThrow('STRONGROOM_DRILL_KES_ENDPOINT is missing: STRONGROOM_DRILL_KES_API_KEY is set')
})

test('an endpoint wants an identity, and HTTPS', () => {
  const endpoint = { STRONGROOM_DRILL_KES_ENDPOINT: 'https://kes{1...2}.example:7373' }
  expect(read({ ...endpoint, ...KEY })?.endpoints.map(({ origin }) => origin)).toEqual([
    'https://kes1.example:7373',
    'https://kes2.example:7373',
  ])
  expect(() => read(endpoint)).toThrow('STRONGROOM_DRILL_KES')
  expect(() => read({ STRONGROOM_DRILL_KES_ENDPOINT: 'http://kes.example:7373', ...KEY })).toThrow('https://')
})
