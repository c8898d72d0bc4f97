import type { Credentials, Minio } from '../minio/transport.ts'
import type { LastTold } from './last-told.ts'

const REMEMBERED_MS = 5_000
const KEPT = 1_000

interface Remembered {
  readonly until: number
  readonly name: Promise<string | null>
}

/**
 * The key that MinIO uses by default, as the caller may see it, remembered for a few seconds: each row of a list and each
 * key that is looked at wants to know. It changes with a restart of MinIO alone.
 */
export class DefaultKey {
  readonly #lastTold: LastTold
  readonly #byCaller = new Map<string, Remembered>()

  constructor(lastTold: LastTold) {
    this.#lastTold = lastTold
  }

  /** Null for who may not ask for the status of the KMS, and where MinIO has none or does not answer. */
  of(minio: Minio, credentials: Credentials): Promise<string | null> {
    const { accessKey } = credentials
    const known = this.#byCaller.get(accessKey)
    if (known !== undefined && known.until > Date.now()) return known.name
    const name = this.#lastTold.status(minio, credentials).then(
      ({ answer }) => answer.defaultKey,
      () => null,
    )
    this.#byCaller.delete(accessKey)
    if (this.#byCaller.size >= KEPT) this.#byCaller.delete(this.#byCaller.keys().next().value!)
    this.#byCaller.set(accessKey, { until: Date.now() + REMEMBERED_MS, name })
    return name
  }
}
