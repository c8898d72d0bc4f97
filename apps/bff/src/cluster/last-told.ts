import type { AppError } from '../errors.ts'
import { type ClusterInfo, readInfo } from '../minio/info.ts'
import { kmsStatus } from '../minio/kms.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import { waitsForKes } from './waits-for-kes.ts'

const HOLDS_MS = 30 * 60_000
const MOST = 1_000

export interface Told<T> {
  readonly answer: T
  /** MinIO waits for KES and tells nothing: this is what it told last. Null: it has just told it. */
  readonly silence: AppError | null
}

/**
 * What MinIO told a session last of its nodes and its KMS, for the time in which it waits for KES: both change with a restart
 * of MinIO alone, and it does not start without KES. It holds for half an hour, or longer while it is asked for that often.
 */
export class LastTold {
  readonly #infos = new Memory<ClusterInfo>()
  readonly #statuses = new Memory<Awaited<ReturnType<typeof kmsStatus>>>()

  readonly #onInfo: (info: ClusterInfo) => void

  /** @param onInfo is told what MinIO has just said of itself */
  constructor(onInfo: (info: ClusterInfo) => void = () => undefined) {
    this.#onInfo = onInfo
  }

  /** @throws as {@link readInfo} */
  info(minio: Minio, credentials: Credentials) {
    return this.#infos.ask(credentials.accessKey, this.#readInfo(minio, credentials))
  }

  async #readInfo(minio: Minio, credentials: Credentials): Promise<ClusterInfo> {
    const info = await readInfo(minio, credentials)
    this.#onInfo(info)
    return info
  }

  /** @throws as {@link kmsStatus} */
  status(minio: Minio, credentials: Credentials) {
    return this.#statuses.ask(credentials.accessKey, kmsStatus(minio, credentials))
  }
}

class Memory<T> {
  readonly #told = new Map<string, { readonly answer: T; readonly at: number }>()

  async ask(session: string, asked: Promise<T>): Promise<Told<T>> {
    try {
      const answer = await asked
      this.#keep(session, answer)
      return { answer, silence: null }
    } catch (error) {
      const known = this.#told.get(session)
      if (!waitsForKes(error) || known === undefined || Date.now() - known.at > HOLDS_MS) {
        this.#told.delete(session)
        throw error
      }
      this.#keep(session, known.answer)
      return { answer: known.answer, silence: error }
    }
  }

  #keep(session: string, answer: T) {
    this.#told.delete(session)
    if (this.#told.size >= MOST) this.#told.delete(this.#told.keys().next().value!)
    this.#told.set(session, { answer, at: Date.now() })
  }
}
