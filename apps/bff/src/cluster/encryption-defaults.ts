import { AppError } from '../errors.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import type { EncryptionDefaults } from './effective-encryption.ts'
import { autoEncryption } from './kms-observation.ts'
import type { LastTold } from './last-told.ts'
import { waitsForKes } from './waits-for-kes.ts'

/** What decides for objects without headers; what the caller may not ask stays unknown. */
export async function encryptionDefaults(
  minio: Minio,
  credentials: Credentials,
  lastTold: LastTold,
): Promise<EncryptionDefaults> {
  const [status, info] = await Promise.all([
    lastTold.status(minio, credentials).catch(unlessOver),
    lastTold.info(minio, credentials).catch(unlessOver),
  ])
  return {
    defaultKey: status?.answer.defaultKey ?? null,
    autoEncryption: info === null ? null : autoEncryption(info.answer),
  }
}

function unlessOver(error: unknown): null {
  if (waitsForKes(error)) return null
  if (!(error instanceof AppError) || error.code === 'session-expired' || error.code === 'upstream-unreachable')
    throw error
  return null
}
