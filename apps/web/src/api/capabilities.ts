import { type Capabilities, readSession } from '@strongroom/shared/session'
import { useQuery } from '@tanstack/react-query'
import { query } from './query.ts'

/** What is missing when a capability is denied; the words of `Capabilities` in the session contract. */
const missing: Record<keyof Capabilities, string> = {
  readKms: 'Your account may not see the KMS (kms:Status on MinIO).',
  listKeys: 'Listing keys needs kms:ListKeys on MinIO and a KES for the console.',
  createKeys: 'Creating keys needs kms:CreateKey on MinIO and a KES for the console.',
  importKeys: 'Importing needs kms:ImportKey, the root user or the role “importer”, and a KES for the console.',
  deleteKeys:
    'Deleting needs kms:DeleteKey, the role “deleter”, and an identity of the console for deletion (STRONGROOM_KES_DELETE_…).',
  readKesAccess: 'Policies and identities of KES need kms:GetPolicy and kms:ListIdentities, and a KES for the console.',
  readDrives: 'Reading the drives needs admin:* on MinIO, which grants admin:InspectData in no other way.',
  migrateIam: 'Migrating needs the admin actions for users, groups and policies on MinIO.',
  editHousePolicy:
    'Changing the rules of the house needs the root user or the role “operator”; without a role file, s3:PutEncryptionConfiguration on all buckets.',
  startBatchJobs: 'Batch jobs need admin:StartBatchJob on MinIO.',
  restart: 'Restarting from here is switched off, or your account lacks admin:ServiceRestart.',
}

export const useSession = () => useQuery(query(readSession, {})).data

/** Why `capability` is denied, or null when it is not; unknown is not denied, the console decides at the act. */
export function useDenied(capability: keyof Capabilities): string | null {
  return useSession()?.can[capability] === false ? missing[capability] : null
}
