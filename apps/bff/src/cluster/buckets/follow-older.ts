import { minioErrorIn } from '../../minio/failures.ts'
import { type ObjectFacts, readFacts } from '../../minio/object-facts.ts'
import { setLegalHold, setRetention, setTags } from '../../minio/object-lock.ts'
import type { ObjectName } from '../../minio/objects.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { lockDifferences, tagsOf } from './objects-alike.ts'

/**
 * Looks at the version that a copy was made of, once more: `If-Match` does not see tags, retention and legal hold that
 * somebody gave it between the reading and the writing. The copy gets them as well.
 *
 * @param written the version id of the copy
 */
export async function followOlder(
  { minio, credentials }: { readonly minio: Minio; readonly credentials: Credentials },
  name: ObjectName,
  { before, written }: { readonly before: ObjectFacts; readonly written: string | null },
) {
  const older = await readFacts(minio, credentials, { ...name, versionId: before.versionId ?? 'null' }).catch(
    nullIfGone,
  )
  if (older === null) return
  const copy = { ...name, ...(written !== null && { versionId: written }) }
  if (tagsOf(older) !== tagsOf(before)) await setTags(minio, credentials, copy, older.tags)
  const changed = lockDifferences(older, before)
  if (changed.includes('retention') && older.retention !== null)
    await setRetention(minio, credentials, copy, older.retention)
  if (changed.includes('legal hold')) await setLegalHold(minio, credentials, copy, older.legalHold ?? 'OFF')
}

/** Somebody has removed it: its copy stands for it. */
function nullIfGone(error: unknown): null {
  if (/^NoSuch(Key|Version)$/.test(minioErrorIn(error)?.code ?? '')) return null
  throw error
}
