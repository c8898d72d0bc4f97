import type { ProbeSummary } from '@strongroom/shared/bucket-probes'
import type { CoverageSummary } from '@strongroom/shared/coverage'
import type { ItemKind } from '@strongroom/shared/iam'
import type { KeyCanary } from '@strongroom/shared/keys'
import type { KesStatus, Kms } from '@strongroom/shared/kms'
import { describe, expect, test } from 'vitest'
import type { SeenAudit } from './audit-store.ts'
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
  hops: [],
  serverCertificate: null,
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
  cachedOnly: null,
  unknown: [],
  checkedAt: NOW.toISOString(),
  ...over,
})

const counts = (over: Partial<SeenAudit['counts']> = {}) => ({
  plaintext: 0,
  'root-credentials': 0,
  kms: { prod: 60 },
  unreadable: 0,
  ...over,
})

const audit = (over: Partial<SeenAudit> = {}): SeenAudit => ({
  id: 'a2',
  tookMs: 120,
  opened: null,
  volume: '.minio.sys',
  regressed: 0,
  takenAt: NOW.toISOString(),
  counts: counts(),
  byKind: [],
  total: 60,
  toMove: 0,
  stale: 0,
  unknownPlaintext: 0,
  unloadable: [],
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
  versioning: 'off' as const,
  locking: false,
  replication: false,
  usage: { objects: 3, bytes: 30 },
  house: null,
  proof: null,
  coverage: counting(),
})

const counting = (over: Partial<CoverageSummary> = {}): CoverageSummary => ({
  ...{ takenAt: NOW.toISOString(), prefix: '', total: 3, plain: 0, plainBytes: 0, unknown: 0 },
  ...over,
})

const observed = (over: Partial<Observed> = {}): Observed => ({
  kms: kms(),
  kesDownSince: null,
  audit: audit(),
  regression: null,
  drives: 'shown',
  buckets: [bucket('sse-s3')],
  bucketsAt: NOW,
  proof: null,
  canary: null,
  backupProven: true,
  keyFindings: [],
  batchFindings: [],
  identities: [],
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
  comparedWith: 'source' as const,
  detail: '',
  at: NOW.toISOString(),
}
const underRoot = audit({ counts: counts({ 'root-credentials': 69, kms: {} }), toMove: 66, total: 69 })
const plaintext = audit({ counts: counts({ plaintext: 47, kms: {} }), toMove: 41, total: 47 })

const kindOf = (kind: ItemKind, over: Partial<SeenAudit['counts']>) => ({ kind, counts: counts({ kms: {}, ...over }) })
const jobs = audit({ counts: counts({ plaintext: 2 }), byKind: [kindOf('batch-job', { plaintext: 2 })], total: 62 })
const targets = audit({
  counts: counts({ plaintext: 1 }),
  byKind: [kindOf('bucket-targets', { plaintext: 1 })],
  total: 61,
})
const failing = (failed: number) => audit({ depth: 'opened', opened: { opened: 60 - failed, noKey: 0, failed } })
const unknown = audit({
  counts: counts({ plaintext: 2 }),
  byKind: [kindOf('other', { plaintext: 2 })],
  total: 62,
  unknownPlaintext: 1,
})
const harmless = audit({
  counts: counts({ plaintext: 2 }),
  byKind: [kindOf('format', { plaintext: 1 }), kindOf('other', { plaintext: 1 })],
  total: 62,
})
const regression = { from: 'a1', to: 'a2', paths: ['config/iam/users/alice/identity.json'] }
const node = (version: string): Kms['nodes'][number] => ({
  endpoint: 'n1',
  state: 'online',
  version,
  uptimeSeconds: 1,
  drives: 4,
  drivesOnline: 4,
  kind: 'kes',
  defaultKey: 'prod',
})

const away = { since: NOW.toISOString(), until: null, detail: 'What is cached works for a while.' }
const canary = (state: KeyCanary['state']): KeyCanary => ({
  state,
  sealedAt: NOW.toISOString(),
  since: NOW.toISOString(),
  checkedAt: NOW.toISOString(),
  detail: '',
})
const ending = (daysLeft: number, severity: 'info' | 'critical'): KesStatus => ({
  ...endpoint,
  serverCertificate: {
    subject: 'CN=kes',
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: new Date(NOW.getTime() + daysLeft * 86_400_000).toISOString(),
    daysLeft,
    severity,
  },
})

const cases: [string, Partial<Observed>, string, string][] = [
  [
    'IAM not loaded',
    { kms: kms({ iamLoaded: false }) },
    'iam-not-loaded',
    'MinIO is running but has not loaded its users. Do not change anything.',
  ],
  ['wrong key', { proof: wrong }, 'wrong-key', 'Key prod in KES is not the key that sealed this cluster’s data.'],
  [
    'the key replaced in KES',
    { canary: canary('replaced') },
    'wrong-key',
    'Key prod in KES has other material than it had. Do not restart MinIO.',
  ],
  [
    'the key gone from KES',
    { canary: canary('missing') },
    'wrong-key',
    'KES has no key prod any more. Do not restart MinIO.',
  ],
  [
    'keystore gone',
    { kms: kms({ cachedOnly: away }) },
    'kes-cached-only',
    'KES answers from memory; its keystore is unreachable since 14:02:11 UTC. Do not restart KES or MinIO.',
  ],
  [
    'one of two endpoints',
    { kms: kms({ kes: { endpoints: [endpoint, { ...endpoint, reachable: false, trouble: 'refuses' }] } }) },
    'kes-partly',
    '1 of 2 KES endpoints work; no service is lost yet.',
  ],
  [
    'a certificate about to end',
    { kms: kms({ kes: { endpoints: [ending(12, 'info')] } }), backupProven: false },
    'expiring',
    'All sealed. The certificate of KES at https://kes:7373 expires in 12 days.',
  ],
  ['no second copy', { backupProven: false }, 'no-backup', 'All sealed. Key prod has no proven backup.'],
  ['KES down', { kesDownSince: NOW }, 'kes-down', 'KES can’t be reached since 14:02:11 UTC. Do not restart MinIO.'],
  [
    'root credentials',
    { audit: underRoot },
    'root-credentials',
    '69 IAM and config items are still encrypted with the root password. Do not change it.',
  ],
  [
    'plaintext again',
    { audit: plaintext, regression },
    'plaintext-iam',
    '1 IAM and config item was sealed before and lies in plaintext again (read 14:02:11 UTC).',
  ],
  [
    'plaintext bucket targets',
    { audit: targets },
    'plaintext-iam',
    'The KMS works, but 1 of 61 IAM and config items lie in plaintext on the drives.',
  ],
  [
    'batch jobs',
    { audit: jobs },
    'plaintext-iam',
    'IAM is sealed. 2 batch jobs keep their credentials in plaintext until cancelled.',
  ],
  [
    'plaintext IAM',
    { audit: plaintext },
    'plaintext-iam',
    'The KMS works, but 47 of 47 IAM and config items lie in plaintext on the drives.',
  ],
  [
    'items that do not open',
    { audit: failing(2) },
    'not-verified',
    '2 IAM and config items do not open with the key at hand (read 14:02:11 UTC). Do not restart MinIO.',
  ],
  [
    'a policy that stops the next start',
    { audit: audit({ unloadable: ['team'] }) },
    'not-verified',
    'Policy team keeps MinIO from loading its users at its next start. Do not restart MinIO.',
  ],
  [
    'older copies',
    { audit: audit({ stale: 1 }) },
    'not-verified',
    'Not verified: some drives hold older copies of 1 IAM and config item, and what seals those can’t be told.',
  ],
  [
    'an unknown file in plaintext',
    { audit: unknown },
    'not-verified',
    'Not verified: 1 file that the console does not know lies in plaintext.',
  ],
  [
    'open buckets, and older copies',
    { audit: audit({ stale: 1 }), buckets: [bucket('none')] },
    'buckets-open',
    '1 of 1 buckets accepts unencrypted objects.',
  ],
  [
    'objects that are plain',
    {
      buckets: [
        { ...bucket('sse-s3'), coverage: counting({ plain: 2, plainBytes: 3 * 2 ** 20 }) },
        { ...bucket('sse-s3'), coverage: null },
      ],
    },
    'objects-plain',
    'All buckets encrypt new objects; 2 versions of objects (3.0 MiB) in 1 counted bucket were written before and are plain; 1 bucket not counted.',
  ],
  [
    'a bucket whose objects nobody counted',
    { buckets: [bucket('sse-s3'), { ...bucket('sse-s3'), coverage: null }] },
    'not-verified',
    'Not verified: what seals the objects of 1 of 2 buckets was not counted.',
  ],
  [
    'a bucket of which a prefix alone was counted',
    { buckets: [{ ...bucket('sse-s3'), coverage: counting({ prefix: 'logs/' }) }] },
    'not-verified',
    'Not verified: what seals the objects of 1 of 1 bucket was not counted.',
  ],
  [
    'an empty bucket, and a probe',
    {
      buckets: [
        {
          ...bucket('sse-s3'),
          usage: { objects: 0, bytes: 0 },
          coverage: null,
          proof: { at: NOW.toISOString(), outcome: 'as-promised' },
        },
      ],
    },
    'sealed',
    'Everything we can see is sealed by KES key prod: 60 of 60 IAM/config items on all 4 drives (read 14:02:11 UTC), 1 of 1 buckets (14:02:11 UTC), 1 probe passed.',
  ],
  [
    'objects of which MinIO did not tell',
    { buckets: [{ ...bucket('sse-s3'), coverage: counting({ unknown: 1 }) }] },
    'not-verified',
    'Not verified: MinIO did not tell what seals 1 version of objects.',
  ],
  [
    'all sealed but what holds no secret',
    { audit: harmless, buckets: [] },
    'sealed',
    'Everything we can see is sealed by KES key prod: 60 of 62 IAM/config items on all 4 drives (read 14:02:11 UTC; format.json holds no secret; the state of site replication holds no secret), 0 of 0 buckets (14:02:11 UTC).',
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
      { kms: kms({ nodes: [node('a'), node('b')], nodesAgree: null }) },
    ]) {
      expect(verdict(observed(over)).id).toBe('not-verified')
    }
  })

  test('nodes that differ are an alarm, ahead of what one of them says of all', () => {
    for (const over of [{}, { kind: 'none' as const, defaultKey: null, keyWorks: null }]) {
      const state = observed({ kms: kms({ ...over, nodes: [node('a'), node('b')], nodesAgree: false }), audit: null })
      expect(verdict(state)).toMatchObject({
        id: 'not-verified',
        severity: 'critical',
        sentence: expect.stringMatching(/^Nodes run on different KMS settings/),
      })
      expect(findings(state)).toContainEqual(expect.objectContaining({ id: 'nodes-differ', severity: 'critical' }))
    }
  })

  test('who is shown no nodes gets neither green nor an alarm; one node agrees with itself', () => {
    expect(verdict(observed({ kms: kms({ nodesAgree: null }) }))).toMatchObject({
      severity: 'info',
      sentence:
        'Not verified: MinIO did not tell of its nodes, so whether all nodes run on the same KMS key can’t be told.',
    })
    expect(verdict(observed({ kms: kms({ nodes: [node('a')], nodesAgree: null }) })).id).toBe('sealed')
  })
})

describe('findings', () => {
  test('worst first, each with a cure', () => {
    const found = findings(
      observed({ kms: kms({ kind: 'static', kes: null }), audit: underRoot, buckets: [bucket('none')] }),
    )
    expect(found.map(({ id }) => id)).toEqual(['root-credentials', 'static-key', 'buckets-open'])
    expect(found.map(({ severity }) => severity)).toEqual(['critical', 'warning', 'warning'])
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
    expect(findings(observed())).toEqual([])
    expect(findings(observed({ audit: null })).map(({ id }) => id)).toEqual(['not-observed'])
  })

  test('what became plaintext again comes first, with the way to compare', () => {
    const [first] = findings(observed({ audit: plaintext, regression }))
    expect(first).toMatchObject({
      id: 'regressed',
      severity: 'critical',
      title: 'config/iam/users/alice/identity.json became plaintext again',
      detail: expect.stringContaining('14:02:11 UTC on 2026-11-21'),
      action: { href: '/iam/compare?from=a1&to=a2&change=regressed' },
    })
    const paths = Array.from({ length: 7 }, (_, index) => `config/iam/users/u${index}/identity.json`)
    const many = findings(observed({ audit: plaintext, regression: { ...regression, paths } }))[0]!
    expect(many.title).toBe('7 IAM and config items became plaintext again')
    expect(many.detail).toContain('u4/identity.json …')
    expect(many.detail).not.toContain('u5')
  })

  test('a certificate is told with its end, and what was found of the keys as it is', () => {
    const lost = {
      id: 'canary-prod',
      severity: 'critical' as const,
      title: 'Key prod is gone',
      detail: '',
      action: { label: 'See the key', href: '/keys/prod' },
    }
    const found = findings(
      observed({ kms: kms({ kes: { endpoints: [ending(12, 'info'), ending(-1, 'critical')] } }), keyFindings: [lost] }),
    )
    expect(found.map(({ severity, title }) => `${severity}: ${title}`)).toEqual([
      'critical: Key prod is gone',
      'critical: The certificate of KES at https://kes:7373 has expired',
      'info: The certificate of KES at https://kes:7373 expires in 12 days',
    ])
  })

  test('what hurts on another day comes after what is open today', () => {
    const noBackup = {
      id: 'no-backup-prod',
      severity: 'warning' as const,
      title: 'Key prod has no proven backup',
      detail: '',
      action: { label: 'Hold a drill', href: '/kms/drills' },
    }
    const found = findings(observed({ buckets: [bucket('none')], keyFindings: [noBackup] }))
    expect(found.map(({ id }) => id)).toEqual(['buckets-open', 'no-backup-prod'])
  })

  test('bucket targets and batch jobs in plaintext have cures of their own', () => {
    expect(findings(observed({ audit: targets })).map(({ id, severity }) => [id, severity])).toEqual([
      ['plaintext-targets', 'critical'],
    ])
    expect(findings(observed({ audit: jobs })).map(({ id, severity }) => [id, severity])).toEqual([
      ['batch-jobs', 'warning'],
    ])
  })

  test('a policy that MinIO can’t read back is told before the start that it stops', () => {
    const found = (...unloadable: string[]) => findings(observed({ audit: audit({ unloadable }) }))
    expect(found('team')).toMatchObject([
      {
        id: 'unloadable-policy',
        severity: 'critical',
        title: 'Policy team would keep MinIO from loading its users at the next start',
        action: { href: '/iam?kind=policy&item=config%2Fiam%2Fpolicies%2Fteam%2Fpolicy.json' },
      },
    ])
    expect(found('a', 'b')[0]!.title).toMatch(/^2 policies would keep/)
  })

  test('what does not open, older copies and unknown files are told, each with its cure', () => {
    const told = (over: Partial<Observed>) => findings(observed(over)).map(({ id, severity }) => `${id} ${severity}`)
    expect(told({ audit: failing(1) })).toEqual(['not-opening critical'])
    expect(told({ audit: failing(0) })).toEqual([])
    expect(told({ audit: audit({ stale: 3 }) })).toEqual(['older-copies warning'])
    expect(findings(observed({ audit: audit({ stale: 3 }) }))[0]).toMatchObject({
      title: 'Some drives hold older copies of 3 IAM and config items',
      detail: expect.stringContaining('mc admin heal'),
    })
    expect(told({ audit: unknown })).toEqual(['unknown-plaintext warning'])
    expect(told({ audit: harmless })).toEqual([])
  })

  test('objects in plaintext are told with what was counted', () => {
    const counted = { ...bucket('sse-s3'), coverage: counting({ plain: 2, plainBytes: 1536 }) }
    expect(findings(observed({ buckets: [counted, bucket('sse-s3')] }))).toMatchObject([
      {
        id: 'objects-plain',
        severity: 'warning',
        title: 'Existing objects are not encrypted: 2 versions, 1.5 KiB',
        detail: expect.stringContaining('2 counted buckets'),
      },
    ])
  })

  test('drift from the rules of the house is told by name; what could not be read is no drift', () => {
    const ruled = (name: string, drifted: boolean | null) => ({
      ...bucket('sse-s3'),
      name,
      house: { pattern: '*', mode: 'sse-kms' as const, key: 'k', drifted },
    })
    expect(findings(observed({ buckets: [ruled('kept', false), ruled('unread', null)] }))).toEqual([])
    const found = findings(observed({ buckets: [ruled('kept', false), ruled('one', true)] }))
    expect(found).toMatchObject([
      { id: 'house-drift', severity: 'warning', title: expect.stringMatching(/^1 bucket /) },
    ])
    expect(found[0]!.detail).toMatch(/^one\. /)
  })

  test('a probe fails where it differs from what was promised, not where nothing was', () => {
    const probed = (mode: 'none' | 'sse-s3' | null, outcome: ProbeSummary['outcome']) => ({
      ...bucket(mode ?? 'none'),
      ...(mode === null && { effective: null }),
      proof: { at: NOW.toISOString(), outcome },
    })
    const told = (...buckets: ReturnType<typeof probed>[]) =>
      findings(observed({ buckets }))
        .filter(({ id }) => id === 'failing-proof')
        .map(({ severity, title }) => `${severity}: ${title}`)
    expect(told(probed('none', 'plain'), probed(null, 'plain'), probed('sse-s3', 'as-promised'))).toEqual([])
    expect(told(probed('sse-s3', 'plain'))).toEqual([
      'warning: The last write-probe of 1 bucket was not sealed as the configuration says',
    ])
    expect(told(probed('sse-s3', 'plain'), probed('sse-s3', 'not-as-promised'))).toEqual([
      'critical: The last write-probe of 2 buckets was not sealed as the configuration says',
    ])
  })

  test('the trap of the one-time migration is told before the start that does it', () => {
    const none = { kind: 'none' as const, defaultKey: null, keyWorks: null, kes: null }
    const ids = (version: string, over: Partial<Kms>, marker: boolean) =>
      findings(observed({ kms: kms({ nodes: [node(version)], ...over }), audit: audit({ legacyMarker: marker }) }))
        .filter(({ id }) => id === 'release' || id === 'legacy-marker')
        .map(({ id, severity }) => `${id} ${severity}`)
    expect(ids('2022-10-24T18:35:07Z', none, true)).toEqual(['release critical'])
    expect(ids('2022-10-24T18:35:07Z', {}, true)).toEqual(['release warning'])
    expect(ids('2022-10-24T18:35:07Z', {}, false)).toEqual([])
    expect(ids('2021-04-22T15:44:28Z', {}, true)).toEqual(['release warning', 'legacy-marker info'])
    expect(ids('2023-04-28T18:11:17Z', {}, true)).toEqual(['legacy-marker info'])
    expect(ids('DEVELOPMENT.GOGET', {}, true)).toEqual(['legacy-marker info'])
  })
})
