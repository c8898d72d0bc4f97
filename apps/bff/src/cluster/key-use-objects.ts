import type { KeyUse } from '@strongroom/shared/key-deletion'
import { AppError } from '../errors.ts'
import { listVersionsWithMetadata, type VersionMarker } from '../minio/version-listing.ts'
import { type DriveReader, readMeta } from './drive-reader.ts'
import { inParallel } from './in-parallel.ts'
import { placed } from './key-use-place.ts'
import { sampleOfObject } from './sealed-sample.ts'
import { waitsForKes } from './waits-for-kes.ts'

const AT_ONCE = 8
const PAGE = 200
/** Versions and delete markers. In a bucket with SSE-S3 objects, MinIO asks the KMS for each that it lists. */
const LOOKED_AT = 2_000
/** SSE-S3 objects whose metadata is read from the drives: it names the key, of the newest version. */
const SAMPLES = 16

const { inUse, free, unknown } = placed('objects')

/** What was seen of the versions of all objects. */
export interface ObjectsSeen {
  /** Versions looked at. */
  readonly versions: number
  /** Those that name the key. */
  readonly under: readonly string[]
  /** Those that any key may have sealed: SSE-S3, or not told. */
  readonly untold: readonly string[]
  /** Buckets not seen to their end. */
  readonly unseen: readonly string[]
  /** Uploads in parts that are under way: each has a data key already. */
  readonly uploads: number
  readonly at: string
}

/** Objects, in all their versions. SSE-S3 tells no key over S3, so whatever of it is there may need this one. */
export function objectsUse(name: string, seen: ObjectsSeen | { readonly trouble: string }): KeyUse {
  if ('trouble' in seen) return unknown(`The objects could not be listed. ${seen.trouble}`)
  const { versions, under, untold, unseen, uploads, at } = seen
  const seenAt = { at, href: '/buckets' }
  if (under.length > 0)
    return inUse(
      'Objects are sealed under it, and can never be read again without it; a locked version can’t be written anew either. Copy them under another key first, or keep the key.',
      { ...seenAt, count: under.length, examples: under },
    )
  if (untold.length + unseen.length > 0)
    return unknown(
      `${doubts(seen)} Whether it seals any of them can’t be excluded. To find out: “mc stat --json ALIAS/BUCKET/OBJECT --version-id ID” names the key of an SSE-KMS object; of SSE-S3 it stands in the object’s xl.meta alone (X-Minio-Internal-Server-Side-Encryption-S3-Kms-Key-Id), which “mc support inspect” fetches. Keep ${name} while there is doubt.`,
      { ...seenAt, examples: [...untold, ...unseen] },
    )
  if (uploads > 0)
    return unknown(
      `${uploads} uploads in parts are under way, and any key may seal them. Wait for their end, or abort them (“mc rm --incomplete --recursive --force ALIAS/BUCKET”).`,
      { ...seenAt, count: uploads },
    )
  if (versions === 0) return free('No bucket holds a version of an object.', seenAt)
  return free(
    `Of ${versions} versions of objects, which is all there are, none is under it: other keys, no key, or SSE-C.`,
    seenAt,
  )
}

function doubts({ untold, unseen, versions }: ObjectsSeen): string {
  const said = [
    ...(untold.length > 0
      ? [`${untold.length} of the ${versions} versions looked at do not tell their key (SSE-S3).`]
      : []),
    ...(unseen.length > 0 ? [`${unseen.length} buckets could not be listed to their end.`] : []),
  ]
  return said.join(' ')
}

interface Version {
  readonly bucket: string
  readonly key: string
  readonly versionId: string
}

const told = ({ bucket, key, versionId }: Version) =>
  `${bucket}/${key}${versionId === 'null' ? '' : ` (version ${versionId})`}`

/**
 * Looks at the versions of all objects until {@link LOOKED_AT} entries were seen, and at what a few of them say on the
 * drives. A bucket that can't be listed hides no other.
 *
 * @param buckets all of the cluster
 * @param uploads as {@link ObjectsSeen} has it
 */
export async function lookAtObjects(
  reader: DriveReader,
  name: string,
  { buckets, uploads }: { readonly buckets: readonly string[]; readonly uploads: number },
): Promise<ObjectsSeen> {
  const { minio, credentials } = reader
  const under: Version[] = []
  const untold: Version[] = []
  const unseen: string[] = []
  const at = new Date().toISOString()
  let [looked, versions] = [0, 0]
  let kesAway = false
  await inParallel(buckets, AT_ONCE, async (bucket) => {
    let after: VersionMarker | undefined
    do {
      if (looked >= LOOKED_AT || kesAway) return unseen.push(bucket)
      const page = await listVersionsWithMetadata(minio, credentials, bucket, { after, limit: PAGE }).catch((error) => {
        kesAway ||= waitsForKes(error)
        return unlessOver(error)
      })
      if (page === null) return unseen.push(bucket)
      versions += page.versions.length
      looked += page.versions.length + page.markers
      for (const { mode, kmsKey, ...version } of page.versions) {
        if (mode === 'none' || mode === 'sse-c') continue
        if (mode !== 'sse-kms' || kmsKey === undefined) untold.push({ bucket, ...version })
        else if (kmsKey === name) under.push({ bucket, ...version })
      }
      after = page.next
    } while (after !== undefined)
    return undefined
  })
  if (under.length === 0) under.push(...(await underOnDrives(reader, name, untold.slice(0, SAMPLES))))
  return { versions, under: under.map(told), untold: untold.map(told), unseen, uploads, at }
}

/** Those whose newest version lies under the key. What can't be read tells nothing. */
async function underOnDrives(reader: DriveReader, name: string, versions: readonly Version[]): Promise<Version[]> {
  const found: Version[] = []
  await inParallel(versions, AT_ONCE, async (version) => {
    const { bucket, key } = version
    const meta = await readMeta(reader, key, bucket).catch(unlessOver)
    if (meta && sampleOfObject(bucket, key, meta)?.keyName === name) found.push({ ...version, versionId: 'null' })
  })
  return found
}

function unlessOver(error: unknown): null {
  if (!(error instanceof AppError) || error.code === 'session-expired') throw error
  return null
}
