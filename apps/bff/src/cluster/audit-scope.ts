import { readInfo } from '../minio/info.ts'
import { kmsStatus } from '../minio/kms.ts'
import type { AuditScope } from './audit.ts'
import type { DriveReader } from './drive-reader.ts'
import { inspectSource, systemVolume } from './inspect-source.ts'

/** The scope of an audit over the running cluster; what MinIO does not say to the caller is null in it. */
export async function clusterScope(
  reader: DriveReader,
  rest: Pick<AuditScope, 'ownAccessKeys' | 'depth' | 'keys'>,
): Promise<AuditScope> {
  const { minio, credentials } = reader
  const [volume, info, status] = await Promise.all([
    systemVolume(reader),
    readInfo(minio, credentials).catch(() => null),
    kmsStatus(minio, credentials).catch(() => null),
  ])
  return {
    ...rest,
    source: inspectSource(reader, volume),
    drivesTotal: info?.drives ?? null,
    defaultKey: status?.defaultKey ?? null,
  }
}
