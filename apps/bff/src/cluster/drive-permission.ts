import { inspect, SYSTEM_VOLUME } from '../minio/inspect.ts'
import type { Credentials, Minio } from '../minio/transport.ts'

const REMEMBERED_MS = 30_000

/**
 * Whether somebody may see what was read from the drives: MinIO's own answer to `admin:InspectData`, asked by reading the
 * drives' format.json, which holds no secret. A kept audit names users and policies, and so does a running job. A yes is
 * remembered for half a minute; a no never.
 */
export class DrivePermission {
  readonly #until = new Map<string, number>()

  /** @throws AppError `not-allowed`, or what keeps MinIO from answering */
  async require(minio: Minio, credentials: Credentials) {
    const now = Date.now()
    if ((this.#until.get(credentials.accessKey) ?? 0) > now) return
    await inspect(minio, credentials, { volume: SYSTEM_VOLUME, file: 'format.json' })
    for (const [accessKey, until] of this.#until) if (until <= now) this.#until.delete(accessKey)
    this.#until.set(credentials.accessKey, now + REMEMBERED_MS)
  }
}
