import type { KeySource } from '@strongroom/shared/keys'
import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { readEnvFile } from '../config/env-file.ts'
import type { DeclaredSource } from '../config/key-sources.ts'
import { kmsKeyFileIgnored } from '../config/minio-env.ts'
import { fingerprint } from '../crypto/fingerprint.ts'
import { AppError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { decodeMaterial, decodeStaticKey } from './decode.ts'
import { readKeyFile } from './key-file.ts'
import { knownWeakness } from './known-keys.ts'
import { SourceError } from './source-error.ts'

type Sources = Pick<Config, 'envFile' | 'keySources'>

/** The id of the static key in `STRONGROOM_ENV_FILE`. It is gone once a move to KES has emptied the line. */
export const ENV_FILE_SOURCE = 'env-file'

interface Opened {
  readonly keyName: string
  readonly material: Secret<Uint8Array>
  /** The file can be read by others than its owner. */
  readonly shared: boolean
}

/** All places on this host from which a key may be imported, as they are now. Only fingerprints leave. */
export async function listSources(config: Sources): Promise<KeySource[]> {
  const declared = config.keySources.map((source) => {
    const label = source.kind === 'file' ? `File ${source.path}` : `Environment variable ${source.variable}`
    return describe({ id: source.id, label, keyName: source.keyName }, () => openDeclared(source))
  })
  return Promise.all([...(await staticKeySource(config)), ...declared])
}

async function staticKeySource({ envFile }: Sources): Promise<KeySource[]> {
  if (envFile === null) return []
  const face = { id: ENV_FILE_SOURCE, label: `Static key in ${envFile}`, keyName: '' }
  return withTrouble(face, async () => {
    const opened = await openStaticKey(envFile)
    if (opened === null) return []
    return [await describe({ ...face, keyName: opened.keyName }, async () => opened)]
  })
}

async function withTrouble(face: Face, read: () => Promise<KeySource[]>): Promise<KeySource[]> {
  try {
    return await read()
  } catch (error) {
    return [{ ...face, fingerprint: null, warning: sentenceOf(error) }]
  }
}

type Face = Pick<KeySource, 'id' | 'label' | 'keyName'>

async function describe(face: Face, open: () => Promise<Opened>): Promise<KeySource> {
  try {
    const { keyName, material, shared } = await open()
    using lent = material
    return lent.expose((bytes) => ({
      ...face,
      fingerprint: fingerprint(bytes, keyName),
      warning: knownWeakness(bytes) ?? (shared ? SHARED : null),
    }))
  } catch (error) {
    return { ...face, fingerprint: null, warning: sentenceOf(error) }
  }
}

const SHARED = 'Others than its owner may read or change this file: give it mode 0400.'

/**
 * Opens the source `id` for an import under `name`.
 *
 * @returns 32 bytes, to be wiped by the caller
 * @throws AppError `not-found` (no such source now), `not-allowed` (declared for another key), `conflict` (its content
 *   can't be used; the detail says why)
 */
export async function openSource(config: Sources, id: string, name: string): Promise<Secret<Uint8Array>> {
  const { keyName, material } = await openById(config, id).catch((cause: unknown) => {
    throw cause instanceof AppError
      ? cause
      : new AppError('conflict', `The key source can't be used. ${sentenceOf(cause)}`, { cause })
  })
  if (keyName === name) return material
  material[Symbol.dispose]()
  throw new AppError('not-allowed', `This source holds the key "${keyName}" and is imported under that name only.`, {
    fields: [{ pointer: '/name', detail: `Import it as ${keyName}` }],
  })
}

async function openById({ envFile, keySources }: Sources, id: string): Promise<Opened> {
  const declared = keySources.find((source) => source.id === id)
  const opened = declared
    ? await openDeclared(declared)
    : id === ENV_FILE_SOURCE && envFile !== null
      ? await openStaticKey(envFile)
      : null
  if (opened) return opened
  throw new AppError('not-found', 'There is no such key source now: look at the list again.', {
    fields: [{ pointer: '/source/id', detail: 'No source has this id' }],
  })
}

async function openDeclared(source: DeclaredSource): Promise<Opened> {
  const { keyName } = source
  if (source.kind === 'file') {
    const { bytes, shared } = await readKeyFile(source.path)
    return { keyName, material: decodeMaterial(bytes, keyName), shared }
  }
  if (source.value === null) {
    throw new SourceError(`The environment variable ${source.variable} is not set: set it and start the console again.`)
  }
  return { keyName, material: source.value.expose((text) => decodeMaterial(Buffer.from(text), keyName)), shared: false }
}

/** As MinIO takes it: the file of `MINIO_KMS_SECRET_KEY_FILE` wins over the value. */
async function openStaticKey(envFile: string): Promise<Opened | null> {
  const variables = readEnvFile(envFile)
  const path = variables.get('MINIO_KMS_SECRET_KEY_FILE')
  if (path && kmsKeyFileIgnored(variables) === null) {
    const { bytes, shared } = await readKeyFile(path)
    return { ...decodeStaticKey(bytes), shared }
  }
  const value = variables.get('MINIO_KMS_SECRET_KEY')
  return value ? { ...decodeStaticKey(Buffer.from(value)), shared: false } : null
}

function sentenceOf(error: unknown): string {
  if (error instanceof SourceError || error instanceof ConfigError) return error.message
  throw error
}
