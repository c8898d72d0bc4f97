import { randomBytes } from 'node:crypto'
import { setGroupStatus } from '../../minio/iam.ts'
import { importIam, type ServiceAccountAsItWas, switchOffServiceAccount } from '../../minio/import.ts'
import { infoServiceAccount } from '../../minio/service-accounts.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { Secret } from '../../secret.ts'
import { type BackupContent, packIam } from './backup-content.ts'
import { ExportedServiceAccounts, readMembers, SERVICE_ACCOUNTS_FILE } from './switched-off.ts'

export interface Access {
  readonly minio: Minio
  /** They need admin:ImportIAM, EnableGroup, UpdateServiceAccount and ListServiceAccounts. */
  readonly credentials: Credentials
}

export interface Restored {
  /** Access keys and groups that are off again, as MinIO says. */
  readonly off: { readonly serviceAccounts: readonly string[]; readonly groups: readonly string[] }
  /** What MinIO did not take. */
  readonly refused: readonly string[]
  /** Service accounts that MinIO, asked afterwards, does not describe as they were: off, with or without a session policy. */
  readonly differing: readonly string[]
}

const GROUP_MAPPINGS = 'iam-assets/group_mappings.json'

/**
 * Imports the IAM of a backup so that nothing which was off is usable on the way. MinIO's import switches service accounts
 * and new groups on, so the accounts that were off are imported with a random secret, which nobody knows, and get their own
 * in the call that switches them off; groups get their policies only when those that were off are off.
 *
 * @throws AppError as `Minio.send`. What was written before stays; running it again is safe.
 */
export async function restoreIam({ minio, credentials }: Access, { info, iam }: BackupContent): Promise<Restored> {
  const { locked, off } = lockOut(iam)
  const { [GROUP_MAPPINGS]: groupMappings, ...first } = locked
  const refused = [...(await importFiles({ minio, credentials }, first))]

  const { groups } = info.switchedOff
  for (const group of groups) await setGroupStatus(minio, credentials, group, 'disabled')
  if (groupMappings !== undefined) {
    refused.push(...(await importFiles({ minio, credentials }, { [GROUP_MAPPINGS]: groupMappings })))
  }

  const switched: string[] = []
  const differing: string[] = []
  for (const [accessKey, account] of off) {
    if (refused.includes(`serviceAccounts: ${accessKey}`)) continue
    using _secret = account.secretKey
    await switchOffServiceAccount(minio, credentials, accessKey, account)
    const told = await infoServiceAccount(minio, credentials, accessKey)
    const asItWas = told.status === 'off' && (told.sessionPolicy === null) === (account.sessionPolicy === null)
    if (asItWas) switched.push(accessKey)
    else differing.push(accessKey)
  }
  return { off: { serviceAccounts: switched, groups }, refused, differing }
}

async function importFiles({ minio, credentials }: Access, files: BackupContent['iam']) {
  const zip = packIam(files)
  try {
    return (await importIam(minio, credentials, zip)).refused
  } finally {
    zip.fill(0)
  }
}

/** The files with random secrets for the service accounts that were off, and what these really had. */
function lockOut(iam: BackupContent['iam']) {
  const accounts = readMembers(ExportedServiceAccounts, iam[SERVICE_ACCOUNTS_FILE])
  const off = new Map<string, ServiceAccountAsItWas>()
  for (const [accessKey, account] of Object.entries(accounts)) {
    if (account.status !== 'off') continue
    const { secretKey, sessionPolicy } = account
    off.set(accessKey, {
      secretKey: new Secret(secretKey),
      sessionPolicy: sessionPolicy && JSON.stringify(sessionPolicy),
    })
    account.secretKey = randomBytes(20).toString('hex')
  }
  const locked: BackupContent['iam'] = { ...iam, [SERVICE_ACCOUNTS_FILE]: Buffer.from(JSON.stringify(accounts)) }
  return { locked, off }
}
