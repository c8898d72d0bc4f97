import type { DriveReader } from '../drive-reader.ts'
import { dropGrant, type Grant } from '../grant.ts'

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
