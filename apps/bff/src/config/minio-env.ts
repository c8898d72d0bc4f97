import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'

/** Variables of the env file; an empty value counts as not set, except where MinIO itself makes a difference. */
export type Variables = ReadonlyMap<string, string>

/** Names that today's server ignores in silence (facts: it starts without a KMS and writes plaintext), or soon will. */
const LEGACY_NAMES = [
  'MINIO_SSE_MASTER_KEY',
  'MINIO_SSE_MASTER_KEY_FILE',
  'MINIO_KMS_MASTER_KEY',
  'MINIO_KMS_MASTER_KEY_FILE',
  'MINIO_ACCESS_KEY',
  'MINIO_ACCESS_KEY_FILE',
  'MINIO_SECRET_KEY',
  'MINIO_SECRET_KEY_FILE',
  'MINIO_ACCESS_KEY_OLD',
  'MINIO_SECRET_KEY_OLD',
  'MINIO_ROOT_USER_OLD',
  'MINIO_ROOT_PASSWORD_OLD',
  'MINIO_KMS_KES_ENCLAVE',
]
const LEGACY_PREFIXES = ['MINIO_SSE_VAULT_', 'MINIO_KMS_VAULT_']

/** The variables of former releases that are set, by name. */
export const legacyNames = (variables: Variables): string[] =>
  [...variables]
    .filter(([name, value]) => value !== '' && isLegacy(name))
    .map(([name]) => name)
    .sort()

const isLegacy = (name: string) =>
  LEGACY_NAMES.includes(name) || LEGACY_PREFIXES.some((prefix) => name.startsWith(prefix))

/**
 * MinIO ignores a `MINIO_KMS_SECRET_KEY_FILE` that is relative or names no file, without a word, and writes plaintext.
 *
 * @returns one sentence, or null when the variable is not set or works
 */
export function kmsKeyFileIgnored(variables: Variables): string | null {
  const path = variables.get('MINIO_KMS_SECRET_KEY_FILE')
  if (!path) return null
  if (!isAbsolute(path)) {
    return `MINIO_KMS_SECRET_KEY_FILE is the relative path "${path}": MinIO ignores it without a word. Give the absolute path.`
  }
  if (existsSync(path)) return null
  return `MINIO_KMS_SECRET_KEY_FILE names ${path}, which is not there on this host: MinIO ignores it without a word. Put the file there or correct the path.`
}
