import { listActivity } from './activity.ts'
import { createBackup, downloadBackup, listBackups } from './backups.ts'
import { clearBucketEncryption, listBuckets, probeBucket, setBucketEncryption } from './buckets.ts'
import { listDrills, startDrill } from './drills.ts'
import type { Endpoint } from './endpoint.ts'
import { compareAudits, listAuditItems, listAudits, readAudit, readRootRotation, startAudit } from './iam.ts'
import { cancelJob, followJob, listJobs, readJob } from './jobs.ts'
import { readKesAccess, simulateKes } from './kes-access.ts'
import { deleteKey, markKey, quarantineKey, readKeyDeletion, readKeyUsage, unmarkKey } from './key-deletion.ts'
import { createKey, dropCanary, importKey, keepCanary, listKeys, proveKey, readKey, readKeyImport } from './keys.ts'
import { checkCertificate, readConsoleIdentities, readKesHistory, readKms } from './kms.ts'
import { downloadMigrationReport, listMigrations, readMigrationReport, startMigration } from './migrations.ts'
import { applyMove, readMove, restartCluster } from './move.ts'
import { readOverview } from './overview.ts'
import { enterTargetSecret, enterTierSecret, listRemoteSecrets } from './remote-secrets.ts'
import { readSession, signIn, signOut } from './session.ts'

/** Every call there is: what the OpenAPI document lists, and what a test holds against the routes that are bound. */
export const api: readonly Endpoint[] = [
  signIn,
  readSession,
  signOut,
  readOverview,
  readKms,
  readConsoleIdentities,
  checkCertificate,
  readKesHistory,
  readKesAccess,
  simulateKes,
  listBuckets,
  setBucketEncryption,
  clearBucketEncryption,
  probeBucket,
  listKeys,
  createKey,
  readKey,
  proveKey,
  readKeyImport,
  importKey,
  keepCanary,
  dropCanary,
  readKeyUsage,
  readKeyDeletion,
  markKey,
  quarantineKey,
  unmarkKey,
  deleteKey,
  listDrills,
  startDrill,
  listActivity,
  startAudit,
  listAudits,
  readAudit,
  listAuditItems,
  compareAudits,
  readRootRotation,
  startMigration,
  listMigrations,
  readMigrationReport,
  downloadMigrationReport,
  listBackups,
  createBackup,
  downloadBackup,
  listRemoteSecrets,
  enterTierSecret,
  enterTargetSecret,
  listJobs,
  readJob,
  followJob,
  cancelJob,
  readMove,
  applyMove,
  restartCluster,
]
