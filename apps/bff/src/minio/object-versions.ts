import { ListObjectVersionsCommand } from '@aws-sdk/client-s3'
import { callS3 } from './s3.ts'
import type { Credentials, Minio } from './transport.ts'

/** A version of an object, or a delete marker. */
export interface ObjectVersion {
  readonly key: string
  /** `null` in a bucket that keeps none. */
  readonly versionId: string
  readonly modifiedAt: Date
  /** Null: it is a delete marker. */
  readonly sizeBytes: number | null
}

/**
 * The first versions and delete markers below a prefix; s3:ListBucketVersions or s3:ListBucket. Keys there are taken to hold
 * nothing that XML can't. Where there are SSE-S3 objects MinIO asks its KMS.
 *
 * @param limit 1000 at most
 * @returns `at`, MinIO's own time
 */
export async function listVersions(
  minio: Minio,
  credentials: Credentials,
  { bucket, prefix, limit }: { readonly bucket: string; readonly prefix: string; readonly limit: number },
): Promise<{ readonly versions: readonly ObjectVersion[]; readonly at: Date }> {
  const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, MaxKeys: limit })
  const { output, reply } = await callS3(minio, credentials, command, {
    action: 's3:ListBucketVersions',
    timeoutMs: 15_000,
    asksKms: true,
  })
  const objects = (output.Versions ?? []).map((entry) => ({ entry, sizeBytes: entry.Size ?? 0 }))
  const markers = (output.DeleteMarkers ?? []).map((entry) => ({ entry, sizeBytes: null }))
  const versions = [...objects, ...markers].map(({ entry, sizeBytes }) => ({
    key: entry.Key ?? '',
    versionId: entry.VersionId ?? 'null',
    modifiedAt: entry.LastModified ?? new Date(0),
    sizeBytes,
  }))
  return { versions, at: timeOf(reply) }
}

/** MinIO's own time, to the second; the console's where a reply has none. */
export function timeOf({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): Date {
  const at = new Date(String(headers.date))
  return Number.isNaN(at.getTime()) ? new Date() : at
}
