import { readFileSync } from 'node:fs'
import { Secret } from '../secret.ts'
import { WatchedFiles } from '../watched-files.ts'
import { spkiHex } from './certificate.ts'
import {
  clientCertificate,
  identityFromApiKey,
  identityFromCertificate,
  identityVariables,
  type KesIdentity,
  KesIdentityError,
} from './identity.ts'

/** A secret in a file, which may change, or from a variable, which can't. */
export type SecretSource = { readonly file: string } | { readonly value: Secret<string> }

/** Where an identity towards KES lies. Its files are read again when they change. */
export type KesIdentityFiles =
  | { readonly kind: 'api-key'; readonly prefix: string; readonly apiKey: SecretSource }
  | {
      readonly kind: 'certificate'
      /** Of the variables that name the files, as in `MINIO_KMS_KES`. */
      readonly prefix: string
      readonly certFile: string
      readonly keyFile: string
      readonly password: SecretSource | null
    }

/** The identity as its files are now. @throws KesIdentityError */
export function readIdentity(files: KesIdentityFiles): KesIdentity {
  const names = identityVariables(files.prefix)
  if (files.kind === 'api-key') return identityFromApiKey(readSource(files.apiKey, names.apiKey), names)
  const { certFile, keyFile, password } = files
  return identityFromCertificate(
    readFile(certFile, names.certFile),
    new Secret(readFile(keyFile, names.keyFile)),
    password && readSource(password, names.keyPassword),
    names,
  )
}

/** Hex id by what is public of it, so that somebody else's key may be out of reach. @throws KesIdentityError */
export function readPublicIdentity(files: KesIdentityFiles): string {
  if (files.kind === 'api-key') return readIdentity(files).id
  const names = identityVariables(files.prefix)
  return spkiHex(clientCertificate(readFile(files.certFile, names.certFile), names).publicKey)
}

const readSource = (source: SecretSource, name: string): Secret<string> =>
  'value' in source ? source.value : new Secret(readFile(source.file, `${name}_FILE`).replace(/\r?\n$/, ''))

function readFile(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new KesIdentityError(`${name} names ${path}, which can’t be read (${code}).`, { cause: error })
  }
}

/** What became of files that have changed. */
export interface IdentityChange {
  /** In use now, hex. */
  readonly identity: string
  /** Why it is still the one of before; null: it is the new one. */
  readonly unusable: Error | null
}

/** An identity that follows its files: see {@link WatchedFiles}. */
export class WatchedIdentity {
  readonly files: KesIdentityFiles
  readonly #watched: WatchedFiles<KesIdentity>

  /** @throws KesIdentityError when its files can't be used at the start */
  constructor(files: KesIdentityFiles, tell: (change: IdentityChange) => void = () => undefined) {
    this.files = files
    this.#watched = new WatchedFiles({
      paths: pathsOf(files),
      read: () => readIdentity(files),
      unusable: (error) => error instanceof KesIdentityError,
      tell: (unusable, { id }) => tell({ identity: id, unusable }),
    })
  }

  /** The identity to use now; the same object until its files change. */
  current(): KesIdentity {
    return this.#watched.current()
  }

  get loadedAt(): Date {
    return this.#watched.loadedAt
  }

  /** Why a changed pair is not in use, and what is wrong with the one that is; null when nothing. */
  get warning(): string | null {
    const { warning } = this.current()
    const { trouble } = this.#watched
    const old =
      trouble &&
      `The console still uses the identity it had: its files have changed and can’t be used. ${trouble.message}`
    const warnings = [old, warning].filter((warning) => warning !== null)
    return warnings.length > 0 ? warnings.join(' ') : null
  }
}

function pathsOf(files: KesIdentityFiles): string[] {
  const secret = files.kind === 'api-key' ? files.apiKey : files.password
  return [
    ...(files.kind === 'certificate' ? [files.certFile, files.keyFile] : []),
    ...(secret !== null && 'file' in secret ? [secret.file] : []),
  ]
}
