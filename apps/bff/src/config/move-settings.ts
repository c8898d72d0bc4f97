import type { Lookup } from './variables.ts'

/** Paths, on each MinIO node, of what MinIO itself shows to KES. Where the console can't know them, a placeholder. */
export interface MoveSettings {
  readonly certFile: string
  readonly keyFile: string
  readonly caPath: string | null
}

/**
 * What the env lines of a move to KES name. The console's own certificate is not MinIO's, so its path is no answer; in
 * the demo, which makes both identities, MinIO's are given by `STRONGROOM_DEMO_MINIO_KES_CERT_FILE` and `_KEY_FILE`.
 */
export const readMoveSettings = (own: Lookup, file: Lookup): MoveSettings => ({
  certFile: own('STRONGROOM_DEMO_MINIO_KES_CERT_FILE') ?? '/path/to/minio-kes.crt',
  keyFile: own('STRONGROOM_DEMO_MINIO_KES_KEY_FILE') ?? '/path/to/minio-kes.key',
  caPath: own('MINIO_KMS_KES_CAPATH') ?? file('MINIO_KMS_KES_CAPATH') ?? null,
})
