import { ConfigError } from './config-error.ts'
import type { Lookup } from './variables.ts'

const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1_000 } as const
const DAY_MS = 24 * UNIT_MS.h

/**
 * A length of time as KES's configuration writes it: `10m`, `1h30m`, `90s`. A bare number is minutes, as in the console's
 * other variables.
 *
 * @returns milliseconds; null when not set
 * @throws ConfigError for another form, or for more than a day
 */
export function readGoDuration(lookup: Lookup, name: string): number | null {
  const text = lookup(name)
  if (text === undefined) return null
  const [, hours, minutes, seconds] = /^(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?$/.exec(text) ?? []
  const ms = /^\d{1,5}$/.test(text)
    ? Number(text) * UNIT_MS.m
    : Number(hours ?? 0) * UNIT_MS.h + Number(minutes ?? 0) * UNIT_MS.m + Number(seconds ?? 0) * UNIT_MS.s
  const known = /^\d{1,5}$/.test(text) || hours !== undefined || minutes !== undefined || seconds !== undefined
  if (known && ms <= DAY_MS) return ms
  throw new ConfigError(`${name} is a length of time: write it as KES does, as in 10m or 1h30m, a day at most.`)
}
