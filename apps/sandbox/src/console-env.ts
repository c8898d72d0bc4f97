import { join } from 'node:path'
import type { ClusterEnv } from './cluster-env.ts'
import { kesVariables, type Variables } from './env-file.ts'
import type { Kes } from './kes.ts'
import type { Minio } from './minio.ts'
import type { PemFiles } from './pem-files.ts'

export interface ConsoleSetting {
  readonly dir: string
  readonly env: ClusterEnv
  readonly minio: Minio
  readonly kes: Kes
  readonly tls?: PemFiles
}

/** What the console is told. Only here may it write the nodes' env file and restart MinIO: it is a demo. */
export const consoleEnv = ({ dir, env, minio, kes, tls }: ConsoleSetting): Variables => ({
  STRONGROOM_MINIO_ENDPOINT: minio.endpoint,
  STRONGROOM_ENV_FILE: env.path,
  STRONGROOM_DEMO_ENV_FILE: env.path,
  STRONGROOM_ALLOW_RESTART: '1',
  STRONGROOM_STATE_DIR: join(dir, 'console'),
  // What MinIO itself uses once the walk has moved its key: an identity that can import nothing.
  STRONGROOM_DEMO_MINIO_KES_CERT_FILE: kes.minioCert,
  STRONGROOM_DEMO_MINIO_KES_KEY_FILE: kes.minioKey,
  ...(speaksToOurKes(env.variables, kes) && consoleKes(kes, env.keyName)),
  ...(tls && { STRONGROOM_MINIO_CA: tls.cert, STRONGROOM_TLS_CERT: tls.cert, STRONGROOM_TLS_KEY: tls.key }),
})

/** An env file that names a KES of its own is the truth about it; otherwise the demo's KES stands by. */
const speaksToOurKes = (variables: Variables, kes: Kes) =>
  [undefined, '', kes.endpoint].includes(variables.MINIO_KMS_KES_ENDPOINT)

const consoleKes = ({ endpoint, consoleCert, consoleKey, ca }: Kes, keyName: string) =>
  kesVariables({ endpoint, cert: consoleCert, key: consoleKey, ca }, keyName)
