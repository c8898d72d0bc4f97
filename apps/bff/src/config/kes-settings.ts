import { identityVariables } from '../kes/identity.ts'
import type { KesIdentityFiles, SecretSource } from '../kes/identity-files.ts'
import { type TellCa, watchCa, withCa } from './certificates.ts'
import { ConfigError } from './config-error.ts'
import { readGoDuration } from './kes-settings-duration.ts'
import { expandEndpoints } from './urls.ts'
import { type Lookup, lookupIn, readSecret, readText } from './variables.ts'

export type { KesIdentityFiles } from '../kes/identity-files.ts'

export interface KesSettings {
  readonly endpoints: readonly URL[]
  /** Under which the console looks at KES. */
  readonly credentials: KesIdentityFiles
  /** For these acts alone; null: it has none of its own. */
  readonly identities: Readonly<Record<'prove' | 'import' | 'delete', KesIdentityFiles | null>>
  /** PEM certificates that sign KES's own, as their files are now; null trusts what Node trusts. */
  readonly ca: string | null
  /** MinIO's default key; null when only the console knows this KES. */
  readonly keyName: string | null
  /** `cache.expiry.offline` of KES, as the administrator told it; null when not told. */
  readonly offlineCacheMs: number | null
}

const ENDPOINT = 'MINIO_KMS_KES_ENDPOINT'
const KEY_NAME = 'MINIO_KMS_KES_KEY_NAME'
const CA_PATH = 'MINIO_KMS_KES_CAPATH'
const OFFLINE_CACHE = 'STRONGROOM_KES_OFFLINE_CACHE'
const OBSERVE = 'MINIO_KMS_KES'
const ACTS = { prove: 'STRONGROOM_KES_PROVE', import: 'STRONGROOM_KES_IMPORT', delete: 'STRONGROOM_KES_DELETE' }

/**
 * The KES of the console: MinIO's own names, in the console's environment first, then in the cluster's env file. The
 * credentials come from one of the two alone, so that a console with an identity of its own never mixes it with MinIO's.
 */
export function readKesSettings(own: Lookup, file: Lookup, tell?: TellCa): KesSettings | null {
  const lookup = lookupIn(own, file)
  const endpoints = lookup(ENDPOINT)
  if (!endpoints) {
    const credentials = [OBSERVE, ...Object.values(ACTS)].flatMap(variablesOf)
    const alone = [KEY_NAME, CA_PATH, OFFLINE_CACHE, ...credentials].find((name) => lookup(name))
    if (alone) {
      throw new ConfigError(
        `${ENDPOINT} is missing: ${alone} is set, so say where KES is, as in https://kes.example:7373.`,
      )
    }
    return null
  }
  return withCa(
    {
      endpoints: expandEndpoints(ENDPOINT, endpoints, ['https:']),
      credentials: readKesIdentityFiles(names(own, OBSERVE) ? own : file, OBSERVE),
      identities: {
        prove: findKesIdentityFiles(own, ACTS.prove),
        import: findKesIdentityFiles(own, ACTS.import),
        delete: findKesIdentityFiles(own, ACTS.delete),
      },
      keyName: lookup(KEY_NAME) ?? null,
      offlineCacheMs: readGoDuration(own, OFFLINE_CACHE),
    },
    watchCa(lookup, CA_PATH, tell),
  )
}

/**
 * Where an identity lies, from `PREFIX_CERT_FILE` and `PREFIX_KEY_FILE` (with `PREFIX_KEY_PASSWORD`), or
 * `PREFIX_API_KEY`; the two secrets also as `…_FILE`.
 *
 * @param prefix as in `MINIO_KMS_KES`
 * @throws ConfigError when none or both are set, half of a pair is missing, or a file can't be read
 */
export function readKesIdentityFiles(lookup: Lookup, prefix: string): KesIdentityFiles {
  const files = locate(lookup, prefix)
  // Read once for its error: a wrong path is told at the start, not at the first call.
  if (files.kind === 'certificate') {
    const variables = identityVariables(prefix)
    readText(variables.certFile, files.certFile)
    readText(variables.keyFile, files.keyFile)
  }
  return files
}

/** As {@link readKesIdentityFiles}; null where none of its variables is set. */
const findKesIdentityFiles = (lookup: Lookup, prefix: string): KesIdentityFiles | null =>
  names(lookup, prefix) ? readKesIdentityFiles(lookup, prefix) : null

const variablesOf = (prefix: string): string[] => {
  const { apiKey, certFile, keyFile, keyPassword } = identityVariables(prefix)
  return [apiKey, `${apiKey}_FILE`, certFile, keyFile, keyPassword, `${keyPassword}_FILE`]
}

const names = (lookup: Lookup, prefix: string): boolean => variablesOf(prefix).some((name) => lookup(name))

function locate(lookup: Lookup, prefix: string): KesIdentityFiles {
  const { apiKey, certFile, keyFile, keyPassword } = identityVariables(prefix)
  const found = locateSecret(lookup, apiKey)
  const certPath = lookup(certFile)
  const keyPath = lookup(keyFile)
  if (found) {
    const other = [certFile, keyFile].find((name) => lookup(name))
    if (other) throw new ConfigError(`${apiKey} and ${other} are both set: remove one of the two.`)
    return { kind: 'api-key', prefix, apiKey: found }
  }
  if (!certPath && !keyPath) {
    throw new ConfigError(`${apiKey} is missing: KES wants to know who asks, so set it, or ${certFile} and ${keyFile}.`)
  }
  if (!certPath) throw new ConfigError(`${certFile} is missing: ${keyFile} is set, so name its certificate too.`)
  if (!keyPath) throw new ConfigError(`${keyFile} is missing: ${certFile} is set, so name its private key too.`)
  return {
    kind: 'certificate',
    prefix,
    certFile: certPath,
    keyFile: keyPath,
    password: locateSecret(lookup, keyPassword),
  }
}

/** @throws ConfigError when it is given twice, or its file can't be read or is empty */
function locateSecret(lookup: Lookup, name: string): SecretSource | null {
  const value = readSecret(lookup, name)
  const file = lookup(`${name}_FILE`)
  if (value === null) return null
  return file === undefined ? { value } : { file }
}

/** MinIO's own, from its env file; its files need not be readable for the console. Null where it has none yet. */
export function minioIdentity(file: Lookup): KesIdentityFiles | null {
  try {
    return names(file, OBSERVE) ? locate(file, OBSERVE) : null
  } catch (error) {
    if (error instanceof ConfigError) return null
    throw error
  }
}
