import { clearBucketEncryption, listBuckets, probeBucket, setBucketEncryption } from './buckets.ts'
import type { Endpoint } from './endpoint.ts'
import { listAuditItems, readAudit, startAudit, startMigration } from './iam.ts'
import { cancelJob, followJob, listJobs, readJob } from './jobs.ts'
import { createKey, importKey, listKeys, proveKey, readKey, readKeyImport } from './keys.ts'
import { readKms } from './kms.ts'
import { applyMove, readMove, restartCluster } from './move.ts'
import { readOverview } from './overview.ts'
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
  readAudit,
  listAuditItems,
  startMigration,
  listJobs,
  readJob,
  followJob,
  cancelJob,
  readMove,
  applyMove,
  restartCluster,
]
