import type { DriveReader } from '../drive-reader.ts'
import type { AdminApi } from './item-rewrite.ts'

/** Under whose credentials a job runs, and until when. */
export interface Grant extends AdminApi {
  readonly by: string
  /** The job's own credentials end then, and are wiped with it; null: they are those of a session. */
  readonly until: Date | null
}

/** The credentials of a job: one pair at a time, replaced when somebody signs in for it, dropped at its end. */
export class JobAccess implements Disposable {
  /** What reads the drives, and calls MinIO, always with the latest credentials. */
  readonly reader: DriveReader
  readonly #signedIn: (by: string) => void
  #grant: Grant

  /** @param signedIn told of whoever brings new credentials */
  constructor(grant: Grant, reader: Pick<DriveReader, 'keyPair' | 'highwayHash'>, signedIn: (by: string) => void) {
    this.#grant = grant
    this.#signedIn = signedIn
    const current = () => this.#grant
    this.reader = {
      ...reader,
      get minio() {
        return current().minio
      },
      get credentials() {
        return current().credentials
      },
    }
  }

  get until(): Date | null {
    return this.#grant.until
  }

  hasEnded = () => this.until !== null && this.until.getTime() <= Date.now()

  renew(grant: Grant) {
    dropGrant(this.#grant)
    this.#grant = grant
    this.#signedIn(grant.by)
  }

  [Symbol.dispose]() {
    dropGrant(this.#grant)
  }
}

/** Wipes what is the job's own. */
export function dropGrant({ until, credentials }: Grant) {
  if (until === null) return
  credentials.secretKey[Symbol.dispose]()
  credentials.sessionToken?.[Symbol.dispose]()
}
