import { join } from 'node:path'
import { root } from './binaries.ts'
import type { Variables } from './env-file.ts'

/** The sample cluster: four drives that a MinIO of 2021 wrote. Everything in it was invented and protects nothing. */
export const acmeArchive = join(root, 'apps/sandbox/fixtures/acme-2021.tar.gz')

/** Today's MinIO serves it on a static key, as many clusters that never got round to KES do. */
export const acmeVariables: Variables = {
  MINIO_ROOT_USER: 'acme-root',
  MINIO_ROOT_PASSWORD: 'acme-Root-Secret-2021!',
  MINIO_KMS_SECRET_KEY: 'acme-key:YWNtZS1zdGF0aWMta21zLWtleS1vZi0zMi1ieXRlcyE=',
}
