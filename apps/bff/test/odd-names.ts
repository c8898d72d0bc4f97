import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client as Mc } from '@strongroom/sandbox/client'
import { strToU8, zipSync } from 'fflate'
import type { Identity } from './fixture.ts'

/**
 * Accounts as they should not be called and are: MinIO takes nearly every name. Seeded through MinIO's own import of
 * IAM, with its own client.
 */

const read = (bucket: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['s3:ListBucket', 's3:GetObject'],
      Resource: [`arn:aws:s3:::${bucket}/*`, `arn:aws:s3:::${bucket}`],
    },
  ],
})
const ADMIN = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['admin:*'] },
    { Effect: 'Allow', Action: ['kms:*'] },
    { Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] },
  ],
}

/** One name of each sort. */
const NAMES = [
  'Anna Maria Weber',
  '<script>&amp;</script>',
  'Jörg Müßig',
  'a+b%20c@example.com',
  '100%',
  '.hidden',
  '田中太郎',
  'tick`s and "quotes" and \\backslash',
  'sémi;colon?query#hash',
  'e\u0301 decomposed',
] as const

const POLICIES = ['read docs & more <all>', 'Lesen für Büro', '読み取り', '.dotted', 'p+q%2F@r'] as const

export const SIGNER: Identity = { accessKey: 'chief of staff', secretKey: 'chief-of-staff-secret-1' }
export const DNS = [
  'uid=anna/maria,ou=people,dc=example,dc=com',
  'cn=R&D <core>,ou=a/b/c,dc=example,dc=com',
  'uid=jörg müßig,ou=people,dc=example,dc=com',
]

export const secretOf = (name: string) => `secret-${Buffer.from(name).toString('hex')}`.slice(0, 40)

const users = [...NAMES.entries()].map(([at, name]) => ({ name, enabled: at % 3 !== 1 }))

const accountsOf = (owner: string, at: number, sessionPolicy: object | null) => ({
  accessKey: `ODD${String(at).padStart(4, '0')}${sessionPolicy ? 'POLICY' : 'WHOLE'}`,
  parent: owner,
  sessionPolicy,
})

/** Two for each owner: one with a session policy of its own, one with all rights of its parent. */
const serviceAccounts = (root: string) =>
  [root, SIGNER.accessKey, NAMES[0], NAMES[2], NAMES[3], NAMES[7]].flatMap((owner, at) => [
    accountsOf(owner, at, read('docs')),
    accountsOf(owner, at, null),
  ])

/**
 * Its token says that it has all rights of its parent, and the claims beside the token that it has a policy of its own:
 * what a disabling by the client leaves on the drives. MinIO reads the token.
 */
export const CONTRADICTED = 'ODD0005POLICY'

/** Every second service account is switched off. */
const OFF = /^ODD000[135]/

/** Fills the cluster. `work` is a folder for the file to be imported. */
export async function seedOddNames(mc: Mc, root: string, work: string) {
  const mapping = (policy: string) => ({ version: 1, policy, updatedAt: '2026-01-01T00:00:00Z' })
  const file = join(work, 'odd-names.zip')
  const files = {
    policies: { ...Object.fromEntries(POLICIES.map((name) => [name, read('docs')])), 'chief admin': ADMIN },
    users: Object.fromEntries([
      ...users.map(({ name, enabled }) => [
        name,
        { secretKey: secretOf(name), status: enabled ? 'enabled' : 'disabled' },
      ]),
      [SIGNER.accessKey, { secretKey: SIGNER.secretKey, status: 'enabled' }],
    ]),
    groups: Object.fromEntries(
      NAMES.map((name, at) => [`group ${name}`, { version: 1, status: 'enabled', members: NAMES.slice(0, at + 1) }]),
    ),
    svcaccts: Object.fromEntries(
      serviceAccounts(root).map(({ accessKey, parent, sessionPolicy }) => [
        accessKey,
        {
          parent,
          accessKey,
          secretKey: secretOf(accessKey),
          status: 'on',
          name: `of ${parent}`,
          description: 'seeded <by> & for a test',
          ...(sessionPolicy && { sessionPolicy }),
        },
      ]),
    ),
    user_mappings: Object.fromEntries([
      ...NAMES.map((name, at) => [name, mapping(at % 2 ? POLICIES.join(',') : POLICIES[at % POLICIES.length]!)]),
      [SIGNER.accessKey, mapping('chief admin')],
    ]),
    group_mappings: Object.fromEntries(
      NAMES.map((name, at) => [`group ${name}`, mapping(POLICIES[at % POLICIES.length]!)]),
    ),
    stsuser_mappings: Object.fromEntries(DNS.map((dn, at) => [dn, mapping(POLICIES.slice(0, at + 1).join(','))])),
  }
  writeFileSync(
    file,
    zipSync(
      Object.fromEntries(
        Object.entries(files).map(([name, content]) => [`iam-assets/${name}.json`, strToU8(JSON.stringify(content))]),
      ),
    ),
  )
  await mc('admin', 'cluster', 'iam', 'import', 'demo', file)
  for (const [at, name] of NAMES.entries()) {
    if (at % 2) await mc('admin', 'group', 'disable', 'demo', `group ${name}`)
  }
  const policyFile = join(work, 'session-policy.json')
  writeFileSync(policyFile, JSON.stringify(read('docs')))
  for (const { accessKey, sessionPolicy } of serviceAccounts(root).filter(({ accessKey }) => OFF.test(accessKey))) {
    await mc('admin', 'user', 'svcacct', 'disable', 'demo', accessKey)
    // To switch an account off takes its session policy away: MinIO keeps what the update says, and the client says nothing.
    if (sessionPolicy && accessKey !== CONTRADICTED) {
      await mc('admin', 'user', 'svcacct', 'edit', 'demo', accessKey, '--policy', policyFile)
    }
  }
}
