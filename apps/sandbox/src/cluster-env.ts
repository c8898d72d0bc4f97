import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { acmeVariables } from './acme.ts'
import { envFileText, type KesAccess, parseEnvFile, servable, type Variables, withKes } from './env-file.ts'
import type { Remembered } from './state.ts'

export interface ClusterEnv {
  /** The file that MinIO reads, and that the console may write in a walk. */
  readonly path: string
  readonly variables: Variables
  /** The key that the cluster uses, or would use, in KES. */
  readonly keyName: string
  readonly digest: string
}

/**
 * Writes the cluster's env file at the first start. Later ones keep it, because a walk may have changed it; it is
 * written anew when the file given with `--env` has changed, and follows a KES that had to take another port.
 */
export function clusterEnv(
  path: string,
  given: { readonly envFile?: string; readonly keystore?: string },
  kes: KesAccess,
  earlier: Remembered,
  report: (line: string) => void,
): ClusterEnv {
  const source = given.envFile === undefined ? envFileText(acmeVariables) : readFileSync(given.envFile, 'utf8')
  const digest = createHash('sha256').update(source).digest('hex')
  if (!existsSync(path) || earlier.envDigest !== digest) {
    const { kept, leftOut } = servable(parseEnvFile(source))
    if (leftOut.length > 0)
      report(`Left out of the env file, because this is a copy on its own: ${leftOut.join(', ')}.`)
    write(path, envFileText(withKes(kept, kes, keyNameOf(kept, given.keystore))))
  } else if (earlier.kesEndpoint !== undefined && earlier.kesEndpoint !== kes.endpoint) {
    write(path, readFileSync(path, 'utf8').replaceAll(earlier.kesEndpoint, kes.endpoint))
  }
  const variables = parseEnvFile(readFileSync(path, 'utf8'))
  return { path, variables, keyName: keyNameOf(variables, given.keystore), digest }
}

const write = (path: string, text: string) => writeFileSync(path, text, { mode: 0o600 })

/** KES's key name where there is one, else the static key's, else the first key that the archive brought, else a new one. */
export function keyNameOf(variables: Variables, keystore?: string): string {
  const first = keystore === undefined ? undefined : readdirSync(keystore).sort()[0]
  const staticName = variables.MINIO_KMS_SECRET_KEY?.split(':')[0]
  return variables.MINIO_KMS_KES_KEY_NAME || staticName || first || 'demo-key'
}
