import type { Credentials } from '../minio/transport.ts'

/** Who stands behind a request: what the sealed record of the session holds. */
export interface Caller {
  readonly sessionId: string
  /** As typed at sign-in. */
  readonly accessKey: string
  /** The parent account behind the temporary credentials. */
  readonly account: string
  readonly root: boolean
  /** Of the role file: to which of its secrets the secret key of the sign-in belongs; see custody/secret-proof.ts. */
  readonly provedSecrets?: readonly string[]
  readonly region: string
  /** Temporary credentials from AssumeRole: MinIO authorises each call made with them. */
  readonly credentials: Credentials
  readonly signedInAt: Date
  /** The earlier of the temporary credentials' end and the session's absolute limit. */
  readonly expiresAt: Date
}
