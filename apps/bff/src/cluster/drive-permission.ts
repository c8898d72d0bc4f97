import * as z from 'zod/mini'
import { AppError } from '../errors.ts'
import { FORMAT, type InspectEntry, inspect, SYSTEM_VOLUME } from '../minio/inspect.ts'
import type { Credentials, Minio } from '../minio/transport.ts'

const REMEMBERED_MS = 30_000
/** While MinIO is away it can't be asked, and who watches a migration wait for it needs to see that. */
const WHILE_AWAY_MS = 30 * 60_000

/** MinIO's format-erasure.go: `id` is the deployment's, and the same on all drives of all pools. */
const Format = z.object({ id: z.string() })

/**
 * Whether somebody may see what was read from the drives: MinIO's own answer to `admin:InspectData`, asked by reading the
 * drives' format.json, which holds no secret. A kept audit names users and policies, and so does a running job. A yes is
 * remembered for half a minute, or for half an hour as long as MinIO does not answer at all; a no never.
 */
export class DrivePermission {
  readonly #saidYes = new Map<string, number>()
  readonly #onDeployment: (id: string) => void

  /** @param onDeployment is told the deployment id that the drives carry: many who may read them are not told by MinIO itself */
  constructor(onDeployment: (id: string) => void = () => undefined) {
    this.#onDeployment = onDeployment
  }

  /** @throws AppError `not-allowed`, or what keeps MinIO from answering */
  async require(minio: Minio, credentials: Credentials) {
    const { accessKey } = credentials
    const age = Date.now() - (this.#saidYes.get(accessKey) ?? Number.NEGATIVE_INFINITY)
    if (age < REMEMBERED_MS) return
    try {
      const found = await inspect(minio, credentials, { volume: SYSTEM_VOLUME, file: FORMAT })
      const id = deploymentIdIn(found)
      if (id !== null) this.#onDeployment(id)
    } catch (error) {
      if (age < WHILE_AWAY_MS && error instanceof AppError && error.code === 'upstream-unreachable') return
      this.#saidYes.delete(accessKey)
      throw error
    }
    const now = Date.now()
    for (const [known, at] of this.#saidYes) if (now - at > WHILE_AWAY_MS) this.#saidYes.delete(known)
    this.#saidYes.set(accessKey, now)
  }
}

/** Null where the drives do not tell, or not all the same. */
function deploymentIdIn(formats: readonly InspectEntry[]): string | null {
  const ids = new Set(formats.flatMap(({ bytes }) => idIn(bytes)))
  const [id] = ids
  return ids.size === 1 && id !== undefined ? id : null
}

function idIn(bytes: Uint8Array): string[] {
  try {
    return [Format.parse(JSON.parse(Buffer.from(bytes).toString())).id]
  } catch {
    return []
  }
}
