import { assumeRole } from '../minio/sts.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import type { Secret } from '../secret.ts'
import type { OwnKeys } from '../session/own-keys.ts'

/** Under whose credentials a job runs, and until when. */
export interface Grant {
  readonly minio: Minio
  readonly credentials: Credentials
  readonly by: string
  /** The job's own credentials end then, and are wiped with it; null: they are those of a session. */
  readonly until: Date | null
}

/** Who starts a job, or goes on with one. */
export interface JobCaller {
  readonly minio: Minio
  readonly credentials: Credentials
  /** As typed at sign-in: what MinIO gives temporary credentials for. */
  readonly accessKey: string
  readonly account: string
}

/** How a job is to get its credentials. */
export interface RunsAs {
  /** Null: the job runs on the credentials of the session. The caller wipes it. */
  readonly secretKey: Secret<string> | null
  readonly durationSeconds: number
  /** Session policy of the job's own credentials: JSON of 2,048 characters at most. */
  readonly policy: string
}

/**
 * The credentials of a session, or ones that MinIO makes for the job alone.
 *
 * @throws AppError `wrong-credentials`
 */
export async function grantFor(
  { minio, credentials, accessKey, account: by }: JobCaller,
  { secretKey, durationSeconds, policy }: RunsAs,
  ownKeys: Pick<OwnKeys, 'add'>,
): Promise<Grant> {
  if (secretKey === null) return { minio, credentials, by, until: null }
  const own = await assumeRole(minio, { accessKey, secretKey, durationSeconds, policy })
  await ownKeys.add(own.credentials.accessKey, own.expiresAt)
  return { minio, credentials: own.credentials, by, until: own.expiresAt }
}

/** Wipes what is the job's own. */
export function dropGrant({ until, credentials }: Grant) {
  if (until === null) return
  credentials.secretKey[Symbol.dispose]()
  credentials.sessionToken?.[Symbol.dispose]()
}
