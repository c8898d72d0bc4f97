import { openDoor } from '../cluster/kes-doors.ts'
import { readEnvFile } from '../config/env-file.ts'
import { type KesSettings, readKesSettings } from '../config/kes-settings.ts'
import type { Variables } from '../config/minio-env.ts'
import { lookupIn } from '../config/variables.ts'
import { decodeMaterial } from '../custody/decode.ts'
import { readKeyFile } from '../custody/key-file.ts'
import { ENV_FILE_SOURCE, listSources, openSource } from '../custody/key-source.ts'
import { SourceError } from '../custody/source-error.ts'
import type { Kes } from '../kes/transport.ts'
import type { Secret } from '../secret.ts'
import { CommandError, UsageError } from './command.ts'
import { type Candidate, envFileCandidate, readCandidates } from './secret-files.ts'

/** What a command line brings to open items with. */
export interface Material {
  /** Root credentials to try. */
  readonly candidates: readonly Candidate[]
  /** Key material by key name. Empty unless items are to be opened. */
  readonly keys: ReadonlyMap<string, Secret<Uint8Array>>
  readonly kes: Kes | null
}

export interface MaterialFiles {
  readonly envFile: string | undefined
  readonly rootCredentials: string | undefined
  /** `NAME=FILE` */
  readonly keys: readonly string[]
}

/** @param opened without it, keys are neither read nor is KES reached. @throws UsageError, CommandError, ConfigError */
export async function readMaterial(files: MaterialFiles, opened: boolean): Promise<Material> {
  const { envFile, rootCredentials } = files
  if (!opened && files.keys.length > 0) throw new UsageError('--key opens items: give --opened with it.')
  const variables: Variables = envFile === undefined ? new Map() : readEnvFile(envFile)
  const candidates = [
    ...(envFile === undefined ? [] : envFileCandidate(variables, envFile)),
    ...(rootCredentials === undefined ? [] : readCandidates('--root-credentials', rootCredentials)),
  ]
  if (!opened) return { candidates, keys: new Map(), kes: null }
  const settings = readKesSettings(
    lookupIn(),
    lookupIn((name) => variables.get(name)),
  )
  return { candidates, keys: await readKeys(files), kes: settings && openKes(settings) }
}

const openKes = ({ endpoints, credentials: identity, ca }: KesSettings): Kes => openDoor({ endpoints, ca, identity })

/** The static key of the env file first; `--key` wins over it. */
async function readKeys({ envFile = null, keys }: { envFile?: string | undefined | null; keys: readonly string[] }) {
  const material = new Map<string, Secret<Uint8Array>>()
  const sources = { envFile, keySources: [] }
  for (const { id, keyName, fingerprint, warning } of await listSources(sources)) {
    if (id !== ENV_FILE_SOURCE) continue
    if (fingerprint === null) throw new CommandError(`${envFile}: ${warning}`)
    material.set(keyName, await openSource(sources, id, keyName))
  }
  for (const declared of keys) {
    const at = declared.indexOf('=')
    if (at < 1) throw new UsageError('--key takes NAME=FILE.')
    const [name, path] = [declared.slice(0, at), declared.slice(at + 1)]
    material.set(name, await readKey(name, path))
  }
  return material
}

async function readKey(name: string, path: string): Promise<Secret<Uint8Array>> {
  try {
    return decodeMaterial((await readKeyFile(path)).bytes, name)
  } catch (error) {
    if (error instanceof SourceError) throw new CommandError(`--key ${name}: ${error.message}`, { cause: error })
    throw error
  }
}
