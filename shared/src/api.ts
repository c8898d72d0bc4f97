import { listActivity } from './activity.ts'
import { createBackup, downloadBackup, listBackups } from './backups.ts'
import { cleanUpBatchJob, listBatchJobs, readBatchJob, startBatchJob } from './batch-jobs.ts'
import { listBucketProbes, probeBucket, readProbeSchedule, setProbeSchedule } from './bucket-probes.ts'
import { readBucketRun, startBucketRun } from './bucket-runs.ts'
import { clearBucketEncryption, createBucket, listBuckets, readBucket, setBucketEncryption } from './buckets.ts'
import { downloadPlainObjects, readCoverage, startCoverage } from './coverage.ts'
import { listDrills, startDrill } from './drills.ts'
import type { Endpoint } from './endpoint.ts'
import { readHousePolicy, setHousePolicy } from './house-policy.ts'
import { compareAudits, listAuditItems, listAudits, readAudit, readRootRotation, startAudit } from './iam.ts'
import { cancelJob, followJob, listJobs, readJob, resumeJob } from './jobs.ts'
import { readKesAccess, simulateKes } from './kes-access.ts'
import { deleteKey, markKey, quarantineKey, readKeyDeletion, readKeyUsage, unmarkKey } from './key-deletion.ts'
import { createKey, dropCanary, importKey, keepCanary, listKeys, proveKey, readKey, readKeyImport } from './keys.ts'
import { checkCertificate, readConsoleIdentities, readKesHistory, readKms } from './kms.ts'
import { downloadMigrationReport, listMigrations, readMigrationReport, startMigration } from './migrations.ts'
import { applyMove, readMove, restartCluster } from './move.ts'
import { readEncryptionPlan, readObjectRun, startObjectEncryption, startPlainRemoval } from './object-encryption.ts'
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
  readBucket,
  createBucket,
  setBucketEncryption,
  clearBucketEncryption,
  probeBucket,
  listBucketProbes,
  readProbeSchedule,
  setProbeSchedule,
  startBucketRun,
  readBucketRun,
  startCoverage,
  readCoverage,
  downloadPlainObjects,
  readEncryptionPlan,
  startObjectEncryption,
  startPlainRemoval,
  readObjectRun,
  listBatchJobs,
  startBatchJob,
  readBatchJob,
  cleanUpBatchJob,
  readHousePolicy,
  setHousePolicy,
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
  resumeJob,
  readMove,
  applyMove,
  restartCluster,
]
