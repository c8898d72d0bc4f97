import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Secret } from '../secret.ts'
import { WatchedFiles } from '../watched-files.ts'
import { ConfigError } from './config-error.ts'
import { type Lookup, readText } from './variables.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** What became of certificates of an authority whose files have changed. */
export interface CaChange {
  /** That names them. */
  readonly variable: string
  /** Why those of before are still in use; null: these are. */
  readonly unusable: Error | null
}
export type TellCa = (change: CaChange) => void

/**
 * As {@link readCa}, and again whenever the files change: what is trusted can be exchanged, and an old and a new authority
 * stand beside each other for a while, without a restart.
 */
export function watchCa(lookup: Lookup, variable: string, tell: TellCa = () => undefined): () => string | null {
  const path = lookup(variable)
  if (!path) return () => null
  const watched = new WatchedFiles({
    paths: [path],
    // Not by `lookup`: it may hold an env file with all its secrets, which would live as long as this.
    read: () => readCa(() => path, variable),
    unusable: (error) => error instanceof ConfigError,
    tell: (unusable) => tell({ variable, unusable }),
  })
  return () => watched.current()
}

/** `fields` with what {@link watchCa} tells now: in a scope of its own, which keeps alive nothing of where they were read. */
export const withCa = <Fields extends object>(fields: Fields, ca: () => string | null) => ({
  ...fields,
  get ca() {
    return ca()
  },
})

/** The certificates (PEM) of the file, or of all files in the folder, that the variable `name` points at. */
export function readCa(lookup: Lookup, name: string): string | null {
  const path = lookup(name)
  if (!path) return null
  const texts = filesOf(path, name).map((file) => readText(name, file))
  const certificates = texts.flatMap((text) => text.match(CERTIFICATE) ?? [])
  if (certificates.length === 0) {
    throw new ConfigError(`${name} names ${path}, which holds no certificate: give a PEM file, or a folder of them.`)
  }
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate)
    } catch (cause) {
      throw new ConfigError(`${name} names ${path}, which holds a certificate that can't be read: replace it.`, {
        cause,
      })
    }
  }
  return certificates.join('\n')
}

/** The file itself, or those of a folder. */
function filesOf(path: string, name: string): string[] {
  try {
    return isFolder(path) ? filesIn(path) : [path]
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new ConfigError(
      `${name} names ${path}, where not everything can be looked at (${code}): remove what is broken, or make it readable for the console's user.`,
      { cause },
    )
  }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
const filesIn = (folder: string) =>
  readdirSync(folder)
    .map((file) => join(folder, file))
    .filter(isFile)

export interface TlsPair {
  /** PEM, the chain included. */
  readonly cert: string
  readonly key: Secret<string>
}

/** The console's own certificate; null serves plain HTTP. */
export function readTlsPair(lookup: Lookup, certName: string, keyName: string): TlsPair | null {
  const certPath = lookup(certName)
  const keyPath = lookup(keyName)
  if (!certPath && !keyPath) return null
  if (!certPath) throw new ConfigError(`${certName} is missing: ${keyName} is set, so name the certificate too.`)
  if (!keyPath) throw new ConfigError(`${keyName} is missing: ${certName} is set, so name the private key too.`)
  const cert = readText(certName, certPath)
  const key = readText(keyName, keyPath)
  let belongs: boolean
  try {
    belongs = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch (cause) {
    throw new ConfigError(`${certName} and ${keyName} must name a PEM certificate and its unencrypted PEM key.`, {
      cause,
    })
  }
  if (!belongs)
    throw new ConfigError(`${keyName} is not the key of the certificate in ${certName}: give the right pair.`)
  return { cert, key: new Secret(key) }
}
