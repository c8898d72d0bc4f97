import { readFileSync } from 'node:fs'

export type Variables = Readonly<Record<string, string>>

/**
 * Names that would take a copy of a cluster away from the drives, the address or the loopback of the demo. MinIO puts
 * `MINIO_VOLUMES` and `MINIO_ARGS` above its command line, and etcd would be the real cluster's.
 */
const NOT_SERVED =
  /^MINIO_(VOLUMES|ARGS|ENDPOINTS|OPTS|ADDRESS|CONSOLE_ADDRESS|CERTS_DIR|CONFIG_ENV_FILE|CI_CD|ETCD_.*|CONSOLE_.*)$/

/**
 * The `MINIO_*` lines of an env file in MinIO's own dialect: `export ` may lead, matching outer quotes go, a line that
 * begins with `#` is a comment, the last line of a name counts.
 */
export function parseEnvFile(text: string): Variables {
  const found: Record<string, string> = {}
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const [, name, value] = /^\s*(?:export\s+)?(MINIO_\w+)=(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) found[name] = unquoted(value.trim())
  }
  return found
}

/** The text of an env file. MinIO knows no escapes, so values go as they are. */
export const envFileText = (variables: Variables): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

/** What the demo's MinIO gets of an admin's env file, and the names it leaves out. */
export function servable(variables: Variables): { kept: Variables; leftOut: string[] } {
  const entries = Object.entries(variables)
  return {
    kept: Object.fromEntries(entries.filter(([name]) => !NOT_SERVED.test(name))),
    leftOut: entries.map(([name]) => name).filter((name) => NOT_SERVED.test(name)),
  }
}

/** Where a KES listens, and the files by which MinIO gets in. */
export interface KesAccess {
  readonly endpoint: string
  readonly cert: string
  readonly key: string
  readonly ca: string
}

/** Replaces `MINIO_KMS_KES_ENDPOINT=auto` by a KES: certificate, key and CA path are filled in, a given key name stays. */
export function withKes(variables: Variables, kes: KesAccess, keyName: string): Variables {
  if (variables.MINIO_KMS_KES_ENDPOINT !== 'auto') return variables
  // MinIO refuses an API key beside a certificate, and a password for a key that has none.
  const { MINIO_KMS_KES_API_KEY: _apiKey, MINIO_KMS_KES_KEY_PASSWORD: _password, ...rest } = variables
  return { ...rest, ...kesVariables(kes, rest.MINIO_KMS_KES_KEY_NAME || keyName) }
}

/** MinIO's own names for a KES; the console reads the same. */
export const kesVariables = ({ endpoint, cert, key, ca }: KesAccess, keyName: string): Variables => ({
  MINIO_KMS_KES_ENDPOINT: endpoint,
  MINIO_KMS_KES_CERT_FILE: cert,
  MINIO_KMS_KES_KEY_FILE: key,
  MINIO_KMS_KES_CAPATH: ca,
  MINIO_KMS_KES_KEY_NAME: keyName,
})

/**
 * The root credentials, under today's names, the old ones, or from the files that `…_FILE` names.
 * @throws Error when there are none: MinIO would serve with `minioadmin`, which everybody knows
 */
export function rootCredentials(variables: Variables): { accessKey: string; secretKey: string } {
  const find = (...names: string[]) => names.map((name) => valueIn(variables, name)).find((value) => value !== '')
  const accessKey = find('MINIO_ROOT_USER', 'MINIO_ACCESS_KEY')
  const secretKey = find('MINIO_ROOT_PASSWORD', 'MINIO_SECRET_KEY')
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey }
  throw new Error('The env file lacks MINIO_ROOT_USER or MINIO_ROOT_PASSWORD. Add those of the cluster on the drives.')
}

function valueIn(variables: Variables, name: string): string {
  const file = variables[`${name}_FILE`]
  return variables[name] || (file ? readFileSync(file, 'utf8').trim() : '')
}

const unquoted = (value: string) => /^(["'])(.*)\1$/.exec(value)?.[2] ?? value
