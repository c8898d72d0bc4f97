import { isAbsolute } from 'node:path'
import { ConfigError } from './config-error.ts'
import { parseEnvFile } from './env-file.ts'
import { legacyNames, type Variables } from './minio-env.ts'
import { expandEndpoints } from './urls.ts'

export interface RestartCheck {
  /** MinIO comes up again with these lines, as far as the text alone can tell. */
  readonly safe: boolean
  /** One sentence for each thing that is wrong; empty when safe. */
  readonly reasons: readonly string[]
}

const API_KEY = 'MINIO_KMS_KES_API_KEY'
const CLIENT_CERTIFICATE = ['MINIO_KMS_KES_CERT_FILE', 'MINIO_KMS_KES_KEY_FILE', 'MINIO_KMS_KES_KEY_PASSWORD']
const KES_FAMILY = ['MINIO_KMS_KES_ENDPOINT', 'MINIO_KMS_KES_KEY_NAME', 'MINIO_KMS_KES_CAPATH', API_KEY].concat(
  CLIENT_CERTIFICATE,
)

/**
 * Whether MinIO survives a restart through the admin API with this env file. The process keeps its old environment and
 * reads the file over it, so what counts is what the file *sets*, not what vanished from it. The rules on families and
 * credentials were tried on the server of February 2026.
 *
 * @param processHasStaticKey the running process was started with `MINIO_KMS_SECRET_KEY`; assumed unless told otherwise
 */
export function safeToRestart(text: string, { processHasStaticKey = true } = {}): RestartCheck {
  let variables: Variables
  try {
    variables = parseEnvFile(text)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { safe: false, reasons: [error.message] }
  }
  const reasons = [
    ...byteOrderMark(text),
    ...familiesTogether(variables, processHasStaticKey),
    ...kesFamily(variables),
    ...paths(variables),
    ...noFamily(variables, processHasStaticKey),
  ]
  return { safe: reasons.length === 0, reasons }
}

/** For KES, MinIO counts a variable with an empty value as present. */
const namesKes = (variables: Variables) => KES_FAMILY.some((name) => variables.has(name))

function byteOrderMark(text: string): string[] {
  if (!text.startsWith('\uFEFF')) return []
  return ['The file begins with a byte order mark: MinIO does not recognise the first line. Save it without one.']
}

function familiesTogether(variables: Variables, processHasStaticKey: boolean): string[] {
  const reasons: string[] = []
  if (variables.has('MINIO_KMS_SERVER') && (namesKes(variables) || variables.get('MINIO_KMS_SECRET_KEY'))) {
    reasons.push('MINIO_KMS_SERVER stands together with another KMS: MinIO refuses to start. Keep one kind only.')
  }
  if (!namesKes(variables)) return reasons
  if (variables.get('MINIO_KMS_SECRET_KEY')) {
    reasons.push(
      'MINIO_KMS_SECRET_KEY still has a value beside the KES lines: MinIO refuses to start with both. Keep the line, but empty: MINIO_KMS_SECRET_KEY=',
    )
  } else if (!variables.has('MINIO_KMS_SECRET_KEY') && processHasStaticKey) {
    reasons.push(
      'The line MINIO_KMS_SECRET_KEY= is missing: the running process still has the static key and would refuse to start with both. Add the empty line.',
    )
  }
  if (variables.get('MINIO_KMS_SECRET_KEY_FILE')) {
    reasons.push(
      'MINIO_KMS_SECRET_KEY_FILE still has a value beside the KES lines: MinIO reads the static key from there and refuses to start with both. Empty it.',
    )
  }
  return reasons
}

function kesFamily(variables: Variables): string[] {
  if (!namesKes(variables)) return []
  const reasons: string[] = []
  const endpoints = variables.get('MINIO_KMS_KES_ENDPOINT')
  if (!endpoints) {
    reasons.push(
      'MINIO_KMS_KES_ENDPOINT is missing: MinIO refuses an incomplete KES family. Set it to https://host:7373.',
    )
  } else {
    try {
      expandEndpoints('MINIO_KMS_KES_ENDPOINT', endpoints, ['https:'])
    } catch (error) {
      reasons.push((error as Error).message)
    }
  }
  if (!variables.get('MINIO_KMS_KES_KEY_NAME')) {
    reasons.push(
      'MINIO_KMS_KES_KEY_NAME is missing: MinIO refuses an incomplete KES family. Set it to the name of the key.',
    )
  }
  return [...reasons, ...kesCredentials(variables)]
}

function kesCredentials(variables: Variables): string[] {
  const certificate = CLIENT_CERTIFICATE.filter((name) => variables.has(name))
  if (variables.has(API_KEY)) {
    if (certificate.length > 0) {
      return [
        `${API_KEY} stands together with ${certificate.join(', ')}: MinIO refuses to start. Remove one of the two.`,
      ]
    }
    return variables.get(API_KEY) ? [] : [`${API_KEY} is empty: MinIO refuses to start. Give the API key.`]
  }
  const missing = CLIENT_CERTIFICATE.slice(0, 2).filter((name) => !variables.get(name))
  if (missing.length === 0) return []
  return [
    `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing: MinIO can't show KES who it is and refuses to start. Set the certificate and the key file, or ${API_KEY}.`,
  ]
}

const READ_FROM_FILE = ['MINIO_KMS_SECRET_KEY_FILE', 'MINIO_ROOT_USER_FILE', 'MINIO_ROOT_PASSWORD_FILE']
const OPENED_FILES = ['MINIO_KMS_KES_CERT_FILE', 'MINIO_KMS_KES_KEY_FILE', 'MINIO_KMS_KES_CAPATH']

function paths(variables: Variables): string[] {
  const relative = (name: string) => {
    const path = variables.get(name)
    return path !== undefined && path !== '' && !isAbsolute(path)
  }
  return [
    ...READ_FROM_FILE.filter(relative).map(
      (name) => `${name} is a relative path: MinIO ignores it without a word. Give the absolute path.`,
    ),
    ...OPENED_FILES.filter(relative).map(
      (name) => `${name} is a relative path: it depends on the folder MinIO was started in. Give the absolute path.`,
    ),
  ]
}

/** Without any KMS in the file, the next fresh start would come up without one and write plaintext. */
function noFamily(variables: Variables, processHasStaticKey: boolean): string[] {
  const names = ['MINIO_KMS_SECRET_KEY', 'MINIO_KMS_SECRET_KEY_FILE', 'MINIO_KMS_SERVER']
  if (namesKes(variables) || names.some((name) => variables.get(name))) return []
  const legacy = legacyNames(variables).filter((name) => /MASTER_KEY|VAULT_/.test(name))
  if (legacy.length > 0) {
    return [
      `${legacy.join(', ')}: MinIO no longer reads ${legacy.length > 1 ? 'these' : 'this'}, and starts without a KMS. Set MINIO_KMS_SECRET_KEY or the KES lines.`,
    ]
  }
  if (!processHasStaticKey) return []
  return [
    'The file sets no KMS, while MinIO runs on a static key: it would write plaintext and could not open what is sealed. Set MINIO_KMS_SECRET_KEY or the KES lines.',
  ]
}
