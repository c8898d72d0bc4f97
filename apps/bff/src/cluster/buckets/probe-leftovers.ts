import { PROBE_FOLDER } from '@strongroom/shared/probe-policy'
import { AppError } from '../../errors.ts'
import { listVersions } from '../../minio/object-versions.ts'
import { deleteObject } from '../../minio/objects.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { inParallel } from '../in-parallel.ts'
import { isProbeObject } from './probe-object.ts'

/** Longer than any probe takes, so that nothing of one under way is removed. Retention of theirs has passed by then. */
const OLD_MS = 5 * 60_000
const LISTED = 1000
const MOST = 100
const AT_ONCE = 8

/**
 * Removes probe objects that a console left when it ended in the middle, a hundred at most. Never throws for a refusal: who
 * may not list or delete leaves them.
 *
 * @returns how many versions and delete markers were removed
 */
export async function sweepLeftovers(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
  olderThanMs = OLD_MS,
): Promise<number> {
  let removed = 0
  await unlessRefused(async () => {
    const { versions, at } = await listVersions(minio, credentials, { bucket, prefix: PROBE_FOLDER, limit: LISTED })
    const old = versions.filter(
      (version) => isProbeObject(version) && at.getTime() - version.modifiedAt.getTime() > olderThanMs,
    )
    await inParallel(old.slice(0, MOST), AT_ONCE, async ({ key, versionId }) => {
      await deleteObject(minio, credentials, { bucket, key, versionId })
      removed++
    })
  })
  return removed
}

async function unlessRefused(act: () => Promise<void>) {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
}
