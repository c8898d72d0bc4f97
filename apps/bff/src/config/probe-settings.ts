import type { Secret } from '../secret.ts'
import { ConfigError } from './config-error.ts'
import { type Lookup, readSecret } from './variables.ts'

/** What the console probes buckets with by itself, where they are switched on. */
export interface ProbeSettings {
  readonly accessKey: string
  readonly secretKey: Secret<string>
  readonly everyHours: number
}

export const PROBE_ACCESS_KEY = 'STRONGROOM_PROBE_ACCESS_KEY'
const SECRET_KEY = 'STRONGROOM_PROBE_SECRET_KEY'
const EVERY_HOURS = 'STRONGROOM_PROBE_EVERY_HOURS'
export const DAILY_HOURS = 24
const YEAR_HOURS = 365 * 24

/**
 * From the console's own environment alone.
 *
 * @returns null where no access key is named: then nothing is probed but on request
 * @throws ConfigError
 */
export function readProbeSettings(own: Lookup): ProbeSettings | null {
  const accessKey = own(PROBE_ACCESS_KEY)
  if (accessKey === undefined) {
    const alone = [SECRET_KEY, `${SECRET_KEY}_FILE`, EVERY_HOURS].find((name) => own(name) !== undefined)
    if (alone === undefined) return null
    throw new ConfigError(
      `${PROBE_ACCESS_KEY} is missing: ${alone} is set, so name the access key that the console probes buckets with.`,
    )
  }
  const secretKey = readSecret(own, SECRET_KEY)
  if (secretKey === null)
    throw new ConfigError(
      `${SECRET_KEY} is missing: ${PROBE_ACCESS_KEY} is set, so give its secret key, best in a file (${SECRET_KEY}_FILE).`,
    )
  return { accessKey, secretKey, everyHours: readHours(own) }
}

function readHours(own: Lookup): number {
  const value = own(EVERY_HOURS)
  if (value === undefined) return DAILY_HOURS
  const hours = Number(value)
  if (/^\d{1,4}$/.test(value) && hours >= 1 && hours <= YEAR_HOURS) return hours
  throw new ConfigError(`${EVERY_HOURS} is a number of hours: write a whole number from 1 to ${YEAR_HOURS}.`)
}
