import { type IamLoaded, iamLoaded } from '../minio/iam-loaded.ts'
import type { Credentials, Minio } from '../minio/transport.ts'

const FRESH_MS = 5_000
/** A page waits this long; the probe itself may hang for 5 s, which is how a server that has not loaded IAM answers. */
const PATIENCE_MS = 1_000

const ASKING: IamLoaded = { loaded: null, detail: 'MinIO is being asked whether it has loaded its users.' }

/**
 * Remembers the last answer to "has MinIO loaded its users?", so that no page hangs on the question. What writes asks
 * MinIO itself, right before. Only a definite answer is shared: what one account may not ask, another may.
 */
export class IamWatch {
  #last: { answer: IamLoaded; at: number } | null = null
  #asking: Promise<IamLoaded> | null = null

  async loaded(minio: Minio, credentials: Credentials): Promise<IamLoaded> {
    if (this.#last !== null && Date.now() - this.#last.at < FRESH_MS) return this.#last.answer
    this.#asking ??= this.#ask(minio, credentials)
    return Promise.race([this.#asking, patience(this.#last?.answer ?? ASKING)])
  }

  /** The last definite answer however old; `why` it was not asked again where there is none. */
  kept(why: string): IamLoaded {
    return this.#last?.answer ?? { loaded: null, detail: why }
  }

  /** The last definite answer, if it is a few seconds old at most. */
  get lastKnown(): boolean | null {
    return this.#last !== null && Date.now() - this.#last.at < 60_000 ? this.#last.answer.loaded : null
  }

  /** A restart makes what is known worthless. */
  forget() {
    this.#last = null
  }

  async #ask(minio: Minio, credentials: Credentials): Promise<IamLoaded> {
    try {
      const answer = await iamLoaded(minio, credentials)
      this.#last = answer.loaded === null ? null : { answer, at: Date.now() }
      return answer
    } finally {
      this.#asking = null
    }
  }
}

const patience = (answer: IamLoaded) =>
  new Promise<IamLoaded>((resolve) => {
    setTimeout(() => resolve(answer), PATIENCE_MS).unref()
  })
