import { describe, expect, test } from 'vitest'
import { type BackupContent, packContent, unpackContent } from './backup-content.ts'
import { IAM_FILES, switchedOffIn } from './switched-off.ts'

const json = (value: unknown) => Buffer.from(JSON.stringify(value))

/** As MinIO writes them; null is its empty map. */
const FILES = {
  'iam-assets/svcaccts.json': json({
    ON: { secretKey: 's1', status: 'on', sessionPolicy: null },
    OFF: { secretKey: 's2', status: 'off', sessionPolicy: null },
    'OFF-BOUND': { secretKey: 's3', status: 'off', sessionPolicy: { Version: '2012-10-17', Statement: [] } },
  }),
  'iam-assets/users.json': json({
    alice: { secretKey: 's4', status: 'enabled' },
    kevin: { secretKey: 's5', status: 'disabled' },
  }),
  'iam-assets/groups.json': json(null),
}

test('what is off is found by name, with no secret', () => {
  expect(switchedOffIn(FILES)).toEqual({
    serviceAccounts: [
      { accessKey: 'OFF', sessionPolicy: false },
      { accessKey: 'OFF-BOUND', sessionPolicy: true },
    ],
    groups: [],
    users: ['kevin'],
  })
})

test('an export of another form is refused without its text', () => {
  for (const broken of [
    Buffer.from('{"ON": {"secretKey": "s1"'),
    json([]),
    json({ ON: { secretKey: 7 } }),
    undefined,
  ]) {
    const files = { ...FILES, ...(broken && { 'iam-assets/svcaccts.json': broken }) }
    if (broken === undefined) Reflect.deleteProperty(files, 'iam-assets/svcaccts.json')
    expect(() => switchedOffIn(files)).toThrow(/^The export of IAM is not of the form that MinIO writes\.$/)
  }
})

describe('the content of a backup', () => {
  const content: BackupContent = {
    info: {
      format: 1,
      takenAt: '2026-11-21T07:00:00.000Z',
      takenBy: 'amelia',
      cluster: { endpoint: 'm:9000', deploymentId: null, region: '', version: null },
      consoleVersion: '0.1.0',
      switchedOff: switchedOffIn(FILES),
    },
    iam: FILES,
    config: Buffer.from('api requests_max=256\n'),
  }

  test('comes out as it went in, and stays whole when the zip is wiped', () => {
    const zip = packContent(content)
    const read = unpackContent(zip)
    zip.fill(0)
    expect(read.info).toEqual(content.info)
    expect(Buffer.from(read.config)).toEqual(content.config)
    expect(Object.keys(read.iam).sort()).toEqual(Object.keys(FILES).sort())
    for (const name of Object.keys(FILES) as (keyof typeof FILES)[]) {
      expect(Buffer.from(read.iam[name]!)).toEqual(FILES[name])
    }
  })

  test('of another form is refused', () => {
    const later = packContent({ ...content, info: { ...content.info, format: 2 as 1 } })
    for (const bytes of [later, Buffer.from('no zip'), new Uint8Array()]) {
      expect(() => unpackContent(bytes)).toThrow('no backup that this version of strongroom knows')
    }
  })
})

test('the names are those of a real export', () => {
  expect(IAM_FILES).toContain('iam-assets/stsuser_mappings.json')
  expect(IAM_FILES).toHaveLength(7)
})
