import type { IamAudit } from '@strongroom/shared/iam'
import type { KesStatus, Kms } from '@strongroom/shared/kms'
import { describe, expect, test } from 'vitest'
import { findings } from './findings.ts'
import type { Observed } from './observed.ts'
import { verdict } from './verdict.ts'

const NOW = new Date('2026-11-21T14:02:11Z')

const endpoint: KesStatus = {
  url: 'https://kes:7373',
  reachable: true,
  trouble: null,
  version: null,
  uptimeSeconds: 1,
  keystoreLatencyMs: 1,
  keystoreReachable: true,
  latencyMs: 1,
  identity: 'ab',
  checkedAt: NOW.toISOString(),
}

const kms = (over: Partial<Kms> = {}): Kms => ({
  kind: 'kes',
  defaultKey: 'prod',
  keyWorks: true,
  keyError: null,
  endpoints: [],
  nodes: [],
  nodesAgree: true,
  autoEncryption: false,
  iamLoaded: true,
  kes: { endpoints: [endpoint] },
  standby: null,
  unknown: [],
  checkedAt: NOW.toISOString(),
  ...over,
})

const counts = (over: Partial<IamAudit['counts']> = {}) => ({
  plaintext: 0,
  'root-credentials': 0,
  kms: { prod: 60 },
  unreadable: 0,
  ...over,
})

const audit = (over: Partial<IamAudit> = {}): IamAudit => ({
  takenAt: NOW.toISOString(),
  counts: counts(),
  byKind: [],
  total: 60,
  toMove: 0,
  drives: { observed: 4, total: 4 },
  legacyMarker: false,
  defaultKey: 'prod',
  depth: 'names',
  ...over,
})

const bucket = (mode: 'none' | 'sse-s3') => ({
  name: 'b',
  createdAt: null,
  encryption: { mode },
  effective: { mode, reason: '' },
  trouble: null,
})

const observed = (over: Partial<Observed> = {}): Observed => ({
  kms: kms(),
  kesDownSince: null,
  audit: audit(),
  drives: 'shown',
  buckets: [bucket('sse-s3')],
  bucketsAt: NOW,
  proof: null,
  legacyVariables: [],
  ignoredKeyFile: false,
  defaultRootPassword: false,
  now: NOW,
  ...over,
})

const wrong = {
  name: 'prod',
  verdict: 'wrong-material' as const,
  opened: 0,
  failed: 3,
  samples: [],
  sameMaterial: false,
  detail: '',
  at: NOW.toISOString(),
}
const underRoot = audit({ counts: counts({ 'root-credentials': 69, kms: {} }), toMove: 66, total: 69 })
const plaintext = audit({ counts: counts({ plaintext: 47, kms: {} }), toMove: 41, total: 47 })

const cases: [string, Partial<Observed>, string, string][] = [
  [
    'IAM not loaded',
    { kms: kms({ iamLoaded: false }) },
    'iam-not-loaded',
    'MinIO is running but has not loaded its users. Do not change anything.',
  ],
  ['wrong key', { proof: wrong }, 'wrong-key', 'Key prod in KES is not the key that sealed this cluster’s data.'],
  ['KES down', { kesDownSince: NOW }, 'kes-down', 'KES can’t be reached since 14:02:11 UTC. Do not restart MinIO.'],
  [
    'root credentials',
    { audit: underRoot },
    'root-credentials',
    '69 IAM and config items are still encrypted with the root password. Do not change it.',
  ],
  [
    'plaintext IAM',
    { audit: plaintext },
    'plaintext-iam',
    'The KMS works, but 47 of 47 IAM and config items lie in plaintext on the drives.',
  ],
  [
    'no KMS',
    { kms: kms({ kind: 'none', defaultKey: null, keyWorks: null }), audit: plaintext },
    'no-kms',
    'Nothing on this cluster is encrypted by a KMS: objects and user secrets are in plaintext. (SSE-C not counted.)',
  ],
  [
    'never read',
    { audit: null },
    'not-verified',
    'Not verified: the drives have not been read yet, so nothing is known of IAM and config items.',
  ],
  [
    'static key',
    { kms: kms({ kind: 'static' }) },
    'static-key',
    'Encrypted with a static key that lies in one node’s environment file.',
  ],
  [
    'two keys',
    { audit: audit({ counts: counts({ kms: { prod: 40, old: 20 } }) }) },
    'mixed-keys',
    'prod is the default; 20 IAM and config items still need old. Keep old.',
  ],
  [
    'open buckets',
    { buckets: [bucket('none'), bucket('sse-s3')] },
    'buckets-open',
    'IAM is sealed. 1 of 2 buckets accepts unencrypted objects.',
  ],
  [
    'a drive missing',
    { audit: audit({ drives: { observed: 3, total: 4 } }) },
    'not-verified',
    'Not verified: 3 of 4 drives were read.',
  ],
  [
    'an old audit',
    { audit: audit({ takenAt: '2026-10-11T00:00:00Z' }) },
    'not-verified',
    'Not verified: the drives were last read 41 days ago.',
  ],
  [
    'all sealed',
    {},
    'sealed',
    'Everything we can see is sealed by KES key prod: 60 of 60 IAM/config items on all 4 drives (read 14:02:11 UTC), 1 of 1 buckets (14:02:11 UTC).',
  ],
]

test.each(cases)('%s', (_, over, id, sentence) => {
  expect(verdict(observed(over))).toMatchObject({ id, sentence })
})

describe('precedence', () => {
  test('the most dangerous state gives the sentence', () => {
    const worst = { kms: kms({ iamLoaded: false, kind: 'static' }), kesDownSince: NOW, audit: underRoot, proof: wrong }
    expect(verdict(observed(worst)).id).toBe('iam-not-loaded')
    expect(verdict(observed({ ...worst, kms: kms() })).id).toBe('wrong-key')
    expect(verdict(observed({ audit: underRoot, buckets: [bucket('none')], kms: kms({ kind: 'static' }) })).id).toBe(
      'root-credentials',
    )
  })

  test('format.json in plaintext holds no secret and is no alarm', () => {
    const format = { kind: 'format' as const, counts: counts({ plaintext: 1, kms: {} }) }
    expect(verdict(observed({ audit: audit({ counts: counts({ plaintext: 1 }), byKind: [format] }) })).id).toBe(
      'sealed',
    )
  })

  test('what cannot be moved is no emergency, but the root password stays', () => {
    const left = audit({ counts: counts({ 'root-credentials': 3 }), toMove: 0 })
    expect(verdict(observed({ audit: left }))).toMatchObject({ id: 'root-credentials', severity: 'warning' })
    expect(verdict(observed({ audit: underRoot })).severity).toBe('critical')
  })

  test('what could not be asked is never green', () => {
    for (const over of [
      { kms: kms({ iamLoaded: null }) },
      { kms: kms({ keyWorks: null }) },
      { buckets: null },
      { kms: kms({ kind: 'unknown' as const }) },
    ]) {
      expect(verdict(observed(over)).id).toBe('not-verified')
    }
  })
})

describe('findings', () => {
  test('worst first, each with a cure', () => {
    const found = findings(
      observed({ kms: kms({ kind: 'static', kes: null }), audit: underRoot, buckets: [bucket('none')] }),
    )
    expect(found.map(({ id }) => id)).toEqual(['root-credentials', 'static-key', 'buckets-open', 'not-read'])
    expect(found.map(({ severity }) => severity)).toEqual(['critical', 'warning', 'warning', 'info'])
    expect(found.every(({ action }) => action.href?.startsWith('/'))).toBe(true)
  })

  test('an ignored key file is told as such', () => {
    const none = kms({ kind: 'none', defaultKey: null, keyWorks: null, kes: null })
    expect(findings(observed({ kms: none, ignoredKeyFile: true }))[0]!.title).toBe(
      'KMS key file is configured but ignored',
    )
    expect(findings(observed({ kms: none, ignoredKeyFile: false }))[0]!.title).toBe('No KMS configured')
  })

  test('nothing is wrong: only what was not looked at is said', () => {
    expect(findings(observed()).map(({ id }) => id)).toEqual(['not-read'])
    expect(findings(observed({ audit: null })).map(({ id }) => id)).toEqual(['not-observed'])
  })
})
