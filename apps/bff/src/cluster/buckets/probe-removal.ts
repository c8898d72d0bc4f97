import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import { listVersions } from '../../minio/object-versions.ts'
import { deleteObject, type ObjectName } from '../../minio/objects.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'

/** Governance retention of a probe object. */
export interface Governed {
  /** By MinIO's clock. */
  readonly until: Date
  /** When it has passed for certain, by `performance.now()`. */
  readonly passedAt: number
}

const VERSIONS = 100

/** An object without a version id is the `null` version: deleted as such it leaves no delete marker where versioning is suspended. */
const versioned = (name: ObjectName) => ({ ...name, versionId: name.versionId ?? 'null' })

/**
 * Removes a probe object: the version that was written, and whatever else MinIO then lists of that name. Under retention it
 * asks to bypass it, and where that is refused it waits until the retention has passed.
 *
 * @returns why something is left, in a sentence; null: nothing is
 */
export async function removeProbe(
  minio: Minio,
  credentials: Credentials,
  name: ObjectName,
  governed: Governed | null,
): Promise<string | null> {
  const { bucket, key } = name
  const remove = (one: ObjectName, bypassGovernance: boolean) =>
    refusalOf(deleteObject(minio, credentials, one, { bypassGovernance }))
  const listed = () =>
    listVersions(minio, credentials, { bucket, prefix: key, limit: VERSIONS }).then(
      ({ versions }) => versions.filter((version) => version.key === key),
      // Who may not list has MinIO's word alone that a version is gone.
      () => null,
    )

  let refusal = await remove(versioned(name), governed !== null)
  if (refusal !== null && governed !== null) {
    await sleep(Math.max(0, governed.passedAt - performance.now()))
    refusal = await remove(versioned(name), false)
  }
  let rest = await listed()
  if (refusal === null && rest !== null && rest.length > 0) {
    for (const { versionId } of rest) refusal = (await remove({ bucket, key, versionId }, false)) ?? refusal
    rest = await listed()
  }
  if (rest === null ? refusal === null : rest.length === 0) return null
  return leftSentence({ name, versions: rest?.length ?? null, refusal, governed })
}

async function refusalOf(removal: Promise<unknown>): Promise<AppError | null> {
  try {
    await removal
    return null
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

interface Left {
  readonly name: ObjectName
  /** Null: MinIO does not let the caller see. */
  readonly versions: number | null
  readonly refusal: AppError | null
  readonly governed: Governed | null
}

function leftSentence({ name: { bucket, key }, versions, refusal, governed }: Left): string {
  const what = versions === null || versions === 1 ? 'The object is' : `${versions} versions of the object are`
  const why =
    governed !== null && minioErrorIn(refusal)?.code === 'InvalidRequest'
      ? 'Object lock still keeps it.'
      : (refusal?.detail ?? 'MinIO said that it was removed, and still lists it.')
  const until = governed === null ? '' : ` Its retention ends at ${governed.until.toISOString()}.`
  return `${what} left as ${bucket}/${key}. ${why}${until} A later probe removes what is left, once it may.`
}
