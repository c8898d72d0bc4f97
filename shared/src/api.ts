import { createBackup, downloadBackup, listBackups } from './backups.ts'
import { clearBucketEncryption, listBuckets, probeBucket, setBucketEncryption } from './buckets.ts'
import type { Endpoint } from './endpoint.ts'
import { compareAudits, listAuditItems, listAudits, readAudit, readRootRotation, startAudit } from './iam.ts'
import { cancelJob, followJob, listJobs, readJob } from './jobs.ts'
import { createKey, importKey, listKeys, proveKey, readKey, readKeyImport } from './keys.ts'
import { readKms } from './kms.ts'
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
