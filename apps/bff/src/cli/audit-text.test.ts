import type { IamAudit, IamItem, ItemKind } from '@strongroom/shared/iam'
import type { SealState } from '@strongroom/shared/seal'
import { describe, expect, test } from 'vitest'
import { countSeals } from '../cluster/seal-counts.ts'
import { type AuditReport, exitCodeOf, needsOf, type Tried } from './audit-needs.ts'
import { auditText } from './audit-text.ts'
import type { DriveReport } from './drive-report.ts'

const item = (kind: ItemKind, name: string, state: SealState, more: Partial<IamItem> = {}): IamItem => ({
  path: `config/iam/${kind}/${name}`,
  kind,
  name,
  state,
  ...(state === 'kms' && { key: 'new-key' }),
  movable: true,
  sizeBytes: 100,
  copies: 4,
  drives: 4,
  ...more,
})

const DRIVES: DriveReport = {
  deploymentId: 'fa1f4738-b45d-4793-82fa-addead0642cc',
  layout: 'erasure',
  folders: [1, 2, 3, 4].map((number) => ({ path: `/mnt/d${number}`, trouble: null })),
  total: 4,
  unseenSets: 0,
  unplaced: 0,
}

function report(items: IamItem[], more: { drives?: Partial<DriveReport>; tried?: Tried[]; marker?: boolean } = {}) {
  const kinds = [...new Set(items.map(({ kind }) => kind))]
  const audit: IamAudit = {
    id: '1',
    takenAt: '2026-11-21T07:00:00.000Z',
    tookMs: 12,
    counts: countSeals(items),
    byKind: kinds.map((kind) => ({ kind, counts: countSeals(items.filter((each) => each.kind === kind)) })),
    total: items.length,
    toMove: 0,
    drives: { observed: 4, total: 4 },
    legacyMarker: more.marker ?? false,
    defaultKey: null,
    depth: 'names',
    opened: null,
    volume: '.minio.sys',
    regressed: 0,
    stale: items.filter((each) => (each.stale ?? 0) > 0).length,
  }
  const drives = { ...DRIVES, ...more.drives }
  return { audit, items, drives, needs: needsOf(audit, more.tried ?? []) } satisfies AuditReport
}

const sealed = [item('user', 'alice', 'kms'), item('policy', 'p', 'kms'), item('format', 'format.json', 'plaintext')]

describe('exit codes', () => {
  test('0: all under a KMS key, format.json apart', () => {
    expect(exitCodeOf(report(sealed))).toBe(0)
  })

  test('1: plaintext, or root credentials, format.json under root credentials too', () => {
    expect(exitCodeOf(report([...sealed, item('user', 'bob', 'plaintext')]))).toBe(1)
    expect(exitCodeOf(report([...sealed, item('user', 'bob', 'root-credentials')]))).toBe(1)
    expect(exitCodeOf(report([item('format', 'format.json', 'root-credentials')]))).toBe(1)
  })

  test('2: unreadable, not opened, not seen, nothing there; whatever else there is', () => {
    const bob = item('user', 'bob', 'plaintext')
    expect(exitCodeOf(report([bob, item('user', 'carol', 'unreadable')]))).toBe(2)
    expect(exitCodeOf(report([item('user', 'carol', 'kms', { opened: 'failed' })]))).toBe(2)
    expect(exitCodeOf(report(sealed, { drives: { unseenSets: 1 } }))).toBe(2)
    expect(exitCodeOf(report([]))).toBe(2)
    expect(exitCodeOf(report(sealed, { drives: { unplaced: 4 } }))).toBe(2)
    expect(exitCodeOf(report([item('user', 'carol', 'kms', { opened: 'no-key' })]))).toBe(2)
  })
})

describe('what is no secret and what may be one', () => {
  const other = (path: string) => item('other', path, 'plaintext', { path })

  test('the state of site replication in plaintext is no finding, an unknown file is', () => {
    expect(exitCodeOf(report([...sealed, other('config/site-replication/state.json')]))).toBe(0)
    expect(exitCodeOf(report([...sealed, other('config/unknown.json')]))).toBe(1)
    expect(auditText(report([...sealed, other('config/site-replication/state.json')]))).toContain(
      'Plaintext that does not count\n  config/iam/format/format.json: in plaintext\n  config/site-replication/state.json',
    )
  })

  test('an older copy on a drive is a finding, and said', () => {
    const behind = item('user', 'bob', 'kms', { stale: 2 })
    expect(exitCodeOf(report([...sealed, behind]))).toBe(1)
    const text = auditText(report([...sealed, behind]))
    expect(text).toContain('An older copy lies on some drives\n  config/iam/user/bob: on 2 drives\n')
    expect(text).toContain('let MinIO heal them')
  })
})

test('what was not opened for want of a key is named, and so are folders that belong to nothing seen', () => {
  const text = auditText(report([item('user', 'carol', 'kms', { opened: 'no-key' })], { drives: { unplaced: 4 } }))
  expect(text).toContain('Not opened: no key was at hand\n  config/iam/user/carol\n')
  expect(text).toContain('4 of the folders named are no drive of the sets seen here')
  expect(text).toContain('Mount the drives that were named and not found')
})

test('nothing from the drives reaches the terminal as a command to it', () => {
  const evil = '\u001b]0;x\u0007\u009b2J\u202e\nExit 0'
  const text = auditText(
    report([item('user', evil, 'unreadable', { note: evil }), item('user', evil, 'kms', { key: evil })], {
      drives: { deploymentId: evil, folders: [{ path: evil, trouble: evil }] },
      tried: [{ source: evil, user: evil, opens: 0 }],
    }),
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(text).not.toMatch(/^Exit 0/m)
  expect(text).toContain('\\u001b]0;x\\u0007\\u009b2J\\u202e\\u000aExit 0')
})

test('the report of a sealed cluster', () => {
  expect(auditText(report(sealed))).toMatchInlineSnapshot(`
    "Cluster fa1f4738-b45d-4793-82fa-addead0642cc, volume .minio.sys
    Layout  erasure
    Drives  4 of 4 found
    Marker  backend-encrypted is not there

    What seals the items
      2 under the KMS key new-key
      1 in plaintext
      3 in all

    By kind
              all  KMS  root  plain  unreadable
      user      1    1     0      0           0
      policy    1    1     0      0           0
      format    1    0     0      1           0

    What opens them
      KMS key new-key: 2 items

    Plaintext that does not count
      config/iam/format/format.json: in plaintext

    What to do next
      - Start MinIO with a KMS that has the key new-key, with the material it had. Loading of IAM stops at the first item that does not open.

    Every item that was seen is sealed by a KMS key.
    "
  `)
})

test('the report of a cluster under root credentials, with drives away', () => {
  const items = [
    item('user', 'alice', 'root-credentials'),
    item('user', 'bob', 'root-credentials'),
    item('policy', 'p', 'kms'),
    item('group', 'hr', 'unreadable', { note: 'only 1 of 2 shards is whole' }),
    item('server-config', 'config.json', 'plaintext'),
  ]
  const folders = DRIVES.folders.map((folder, index) =>
    index === 3 ? { ...folder, trouble: 'There is no such folder.' } : folder,
  )
  const tried = [
    { source: '/etc/default/minio', user: 'admin', opens: 0 },
    { source: 'line 2 of roots.txt', user: 'old-admin', opens: 1 },
  ]
  expect(auditText(report(items, { drives: { folders }, tried, marker: true }))).toMatchInlineSnapshot(`
    "Cluster fa1f4738-b45d-4793-82fa-addead0642cc, volume .minio.sys
    Layout  erasure
    Drives  3 of 4 found
            /mnt/d4: There is no such folder.
    Marker  backend-encrypted is there: the one-time migration of 2021 never ended on these drives

    What seals the items
      1 under the KMS key new-key
      2 under root credentials
      1 in plaintext
      1 unreadable
      5 in all

    By kind
                     all  KMS  root  plain  unreadable
      user             2    0     2      0           0
      policy           1    1     0      0           0
      group            1    0     0      0           1
      server-config    1    0     0      1           0

    What opens them
      KMS key new-key: 1 item
      Root credentials of the day they were written: 2 items
        /etc/default/minio (user admin) opens none
        line 2 of roots.txt (user old-admin) opens 1 item
        none of them opens 1 item

    Unreadable
      config/iam/group/hr: only 1 of 2 shards is whole

    Not under a KMS key
      config/iam/user/alice: under root credentials
      config/iam/user/bob: under root credentials
      config/iam/server-config/config.json: in plaintext

    What to do next
      - Name the other drive too, if you can: it may hold newer copies, and of a set without a drive here nothing is seen.
      - Bring back more drives or a backup for what is unreadable before MinIO starts: it skips or stops at such items.
      - Start MinIO with a KMS that has the key new-key, with the material it had. Loading of IAM stops at the first item that does not open.
      - Start MinIO with the root credentials of line 2 of roots.txt, and leave them as they are until the items are migrated.
      - None of the given root credentials opens the rest: look for older ones (user and password both count), and give them in --root-credentials.
      - Once it runs with a KMS, migrate IAM in the console: only then may the root password change.
      - What lies in plaintext stays so when a KMS is added: migrate IAM in the console, then rotate the secrets it held, since old copies may exist elsewhere.

    Not everything could be judged.
    "
  `)
})

test('the FS layout is explained', () => {
  const items = [item('user', 'alice', 'root-credentials', { copies: 1, drives: 1 })]
  const drives = { layout: 'fs', total: 1, folders: [{ path: '/mnt/d1', trouble: null }] } as const
  const text = auditText(report(items, { drives, marker: true }))
  expect(text).toContain('FS: one drive with raw files')
  expect(text).toContain('Start RELEASE.2022-10-24T18-35-07Z on it with the root credentials that open the items.')
  expect(text).toContain('give --env-file, or --root-credentials')
})

test('long lists are cut and say so', () => {
  const items = Array.from({ length: 30 }, (_, index) => item('user', `u${index}`, 'plaintext'))
  const text = auditText(report(items))
  expect(text).toContain('u19: in plaintext')
  expect(text).not.toContain('u20: in plaintext')
  expect(text).toContain('and 10 more: --json lists all')
})
