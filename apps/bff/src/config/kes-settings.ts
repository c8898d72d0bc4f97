import type { KesCredentials } from '../kes/identity.ts'
import { Secret } from '../secret.ts'
import { readCa } from './certificates.ts'
import { ConfigError } from './config-error.ts'
import { expandEndpoints } from './urls.ts'
import { type Lookup, lookupIn, readSecret, readText } from './variables.ts'

export interface KesSettings {
  readonly endpoints: readonly URL[]
  readonly credentials: KesCredentials
  /** PEM certificates that sign KES's own; null trusts what Node trusts. */
  readonly ca: string | null
  /** MinIO's default key; null when only the console knows this KES. */
  readonly keyName: string | null
}

const ENDPOINT = 'MINIO_KMS_KES_ENDPOINT'
const KEY_NAME = 'MINIO_KMS_KES_KEY_NAME'
const CA_PATH = 'MINIO_KMS_KES_CAPATH'
const API_KEY = 'MINIO_KMS_KES_API_KEY'
const CERT_FILE = 'MINIO_KMS_KES_CERT_FILE'
const KEY_FILE = 'MINIO_KMS_KES_KEY_FILE'
const KEY_PASSWORD = 'MINIO_KMS_KES_KEY_PASSWORD'
const CREDENTIALS = [API_KEY, `${API_KEY}_FILE`, CERT_FILE, KEY_FILE, KEY_PASSWORD, `${KEY_PASSWORD}_FILE`]

/**
 * The KES of the console: MinIO's own names, in the console's environment first, then in the cluster's env file. The
 * credentials come from one of the two alone, so that a console with an identity of its own never mixes it with MinIO's.
 */
export function readKesSettings(own: Lookup, file: Lookup): KesSettings | null {
  const lookup = lookupIn(own, file)
  const endpoints = lookup(ENDPOINT)
  if (!endpoints) {
    const alone = [KEY_NAME, CA_PATH, ...CREDENTIALS].find((name) => lookup(name))
    if (alone) {
      throw new ConfigError(
        `${ENDPOINT} is missing: ${alone} is set, so say where KES is, as in https://kes.example:7373.`,
      )
    }
    return null
  }
  return {
    endpoints: expandEndpoints(ENDPOINT, endpoints, ['https:']),
    credentials: readCredentials(CREDENTIALS.some((name) => own(name)) ? own : file),
    ca: readCa(lookup, CA_PATH),
    keyName: lookup(KEY_NAME) ?? null,
  }
}

function readCredentials(lookup: Lookup): KesCredentials {
  const apiKey = readSecret(lookup, API_KEY)
  const certPath = lookup(CERT_FILE)
  const keyPath = lookup(KEY_FILE)
  if (apiKey) {
    const other = [CERT_FILE, KEY_FILE].find((name) => lookup(name))
    if (other) throw new ConfigError(`${API_KEY} and ${other} are both set: remove one of the two.`)
    return { kind: 'api-key', apiKey }
  }
  if (!certPath && !keyPath) {
    throw new ConfigError(
      `${API_KEY} is missing: KES wants to know who asks, so set it, or ${CERT_FILE} and ${KEY_FILE}.`,
    )
  }
  if (!certPath) throw new ConfigError(`${CERT_FILE} is missing: ${KEY_FILE} is set, so name its certificate too.`)
  if (!keyPath) throw new ConfigError(`${KEY_FILE} is missing: ${CERT_FILE} is set, so name its private key too.`)
  return {
    kind: 'certificate',
    cert: readText(CERT_FILE, certPath),
    key: new Secret(readText(KEY_FILE, keyPath)),
    password: readSecret(lookup, KEY_PASSWORD),
  }
}
