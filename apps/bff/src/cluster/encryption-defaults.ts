import { AppError } from '../errors.ts'
import { readInfo } from '../minio/info.ts'
import { kmsStatus } from '../minio/kms.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import type { EncryptionDefaults } from './effective-encryption.ts'
import { autoEncryption } from './kms-observation.ts'

/** What decides for objects without headers; what the caller may not ask stays unknown. */
export async function encryptionDefaults(minio: Minio, credentials: Credentials): Promise<EncryptionDefaults> {
  const [status, info] = await Promise.all([
    kmsStatus(minio, credentials).catch(unlessOver),
    readInfo(minio, credentials).catch(unlessOver),
  ])
  return { defaultKey: status?.defaultKey ?? null, autoEncryption: info === null ? null : autoEncryption(info) }
}

function unlessOver(error: unknown): null {
  if (!(error instanceof AppError) || error.code === 'session-expired' || error.code === 'upstream-unreachable')
    throw error
  return null
}
