import * as z from 'zod/mini'
import { endpoint, Instant, NoContent, Nothing } from './endpoint.ts'

/** What the person may do. `null`: it can't be told now. Mirrors the two locks of the BFF; the BFF decides again at each act. */
export const Capabilities = z.object({
  /** See the KMS status: `kms:Status` on MinIO. */
  readKms: z.nullable(z.boolean()),
  /** `kms:ListKeys` on MinIO, and a KES for the console. */
  listKeys: z.nullable(z.boolean()),
  /** `kms:CreateKey` on MinIO, and a KES for the console. */
  createKeys: z.nullable(z.boolean()),
  /** `kms:ImportKey`, the root user or `importer` in the role file, and a KES for the console. */
  importKeys: z.nullable(z.boolean()),
  /** `kms:DeleteKey`, `deleter` in the role file, and an identity of the console for deletion. */
  deleteKeys: z.nullable(z.boolean()),
  /** Policies and identities of KES: `kms:GetPolicy` and `kms:ListIdentities`. */
  readKesAccess: z.nullable(z.boolean()),
  /** Read the raw items from the drives: `admin:InspectData`. */
  readDrives: z.nullable(z.boolean()),
  /** The admin actions of an IAM migration: list users, enable users, create policies. */
  migrateIam: z.nullable(z.boolean()),
  /** Change the rules of the house: the root user, or `operator` in the role file; without one, `s3:PutEncryptionConfiguration` on all buckets. */
  editHousePolicy: z.nullable(z.boolean()),
  /** Batch jobs of MinIO: `admin:StartBatchJob`. */
  startBatchJobs: z.nullable(z.boolean()),
  /** Restart MinIO from here: switched on by configuration, and `admin:ServiceRestart`. */
  restart: z.nullable(z.boolean()),
})
export type Capabilities = z.infer<typeof Capabilities>

export const Session = z.object({
  /** As typed at sign-in. */
  accessKey: z.string(),
  /** The account MinIO knows behind the temporary credentials. */
  account: z.string(),
  root: z.boolean(),
  expiresAt: Instant,
  cluster: z.object({
    name: z.string(),
    version: z.nullable(z.string()),
    deploymentId: z.nullable(z.string()),
    /** Empty when the cluster has no region of its own. */
    region: z.string(),
  }),
  can: Capabilities,
})
export type Session = z.infer<typeof Session>

export const signIn = endpoint({
  id: 'signIn',
  method: 'POST',
  path: '/session',
  summary: 'Sign in with a MinIO access key. The secret key is exchanged for temporary credentials and dropped.',
  input: z.object({
    accessKey: z.string().check(z.minLength(1, 'Type the access key'), z.maxLength(1024)),
    secretKey: z.string().check(z.minLength(1, 'Type the secret key'), z.maxLength(1024)),
  }),
  reply: Session,
  status: 201,
  access: 'public',
})

export const readSession = endpoint({
  id: 'readSession',
  method: 'GET',
  path: '/session',
  summary: 'Who is signed in, and what they may do.',
  input: Nothing,
  reply: Session,
})

export const signOut = endpoint({
  id: 'signOut',
  method: 'DELETE',
  path: '/session',
  summary: 'Sign out: the record of the session is deleted.',
  input: Nothing,
  reply: NoContent,
  status: 204,
  access: 'public',
})
