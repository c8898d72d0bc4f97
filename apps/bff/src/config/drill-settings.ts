import { watchCa, withCa } from './certificates.ts'
import { ConfigError } from './config-error.ts'
import { type KesIdentityFiles, readKesIdentityFiles } from './kes-settings.ts'
import { expandEndpoints } from './urls.ts'
import type { Lookup } from './variables.ts'

/** A KES that was restored from a backup of the keystore, to hold drills against. */
export interface DrillSettings {
  readonly endpoints: readonly URL[]
  /** PEM certificates that sign its own, as their files are now; null trusts what Node trusts. */
  readonly ca: string | null
  readonly identity: KesIdentityFiles
}

const PREFIX = 'STRONGROOM_DRILL_KES'
export const DRILL_ENDPOINT = `${PREFIX}_ENDPOINT`
const CA_PATH = `${PREFIX}_CAPATH`
const IDENTITY = ['_CERT_FILE', '_KEY_FILE', '_KEY_PASSWORD', '_KEY_PASSWORD_FILE', '_API_KEY', '_API_KEY_FILE']

/**
 * From the console's own environment alone: the restored KES is none of the cluster's.
 *
 * @returns null where none is named
 * @throws ConfigError
 */
export function readDrillSettings(own: Lookup): DrillSettings | null {
  const endpoints = own(DRILL_ENDPOINT)
  if (!endpoints) {
    const alone = [CA_PATH, ...IDENTITY.map((suffix) => PREFIX + suffix)].find((name) => own(name))
    if (alone === undefined) return null
    throw new ConfigError(
      `${DRILL_ENDPOINT} is missing: ${alone} is set, so say where the restored KES is, as in https://kes-restored.example:7373.`,
    )
  }
  return withCa(
    {
      endpoints: expandEndpoints(DRILL_ENDPOINT, endpoints, ['https:']),
      identity: readKesIdentityFiles(own, PREFIX),
    },
    watchCa(own, CA_PATH),
  )
}
