import { AppError } from '../../errors.ts'
import { keyStatus } from '../../minio/kms.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { outageIn } from '../outage.ts'

const TRIES = 3

/**
 * Tells a KMS that is away, which is waited for, from one object whose own key is gone: the job would wait for it for ever.
 * MinIO says the same of both.
 */
export class KmsPatience {
  readonly #failed = new Map<string, number>()

  /** @returns what is to be made of a failure with one object: the same, or that the object is the one to blame */
  async judge(
    { minio, credentials }: { readonly minio: Minio; readonly credentials: Credentials },
    object: string,
    error: unknown,
  ): Promise<unknown> {
    if (outageIn(error) !== 'kes' || !(await works(minio, credentials))) return error
    const times = (this.#failed.get(object) ?? 0) + 1
    this.#failed.set(object, times)
    if (times < TRIES) return error
    this.#failed.delete(object)
    return new AppError('not-found', 'The KMS works, but not for this object: the key that seals it may be gone.', {
      cause: error,
    })
  }
}

/** False too where the caller may not ask. */
const works = (minio: Minio, credentials: Credentials) =>
  keyStatus(minio, credentials).then(
    (status) => status.works,
    () => false,
  )
