import { readFileSync } from 'node:fs'
import { Secret } from '../secret.ts'
import { ConfigError } from './config-error.ts'

/** Looks a variable up; an empty value counts as not set. */
export type Lookup = (name: string) => string | undefined

/** The first of the environments that sets a variable wins. */
export const lookupIn =
  (...environments: readonly ((name: string) => string | undefined)[]): Lookup =>
  (name) => {
    for (const environment of environments) {
      const value = environment(name)
      if (value) return value
    }
    return undefined
  }

/** A secret given as `NAME` or as the path of a file in `NAME_FILE`; boxed at once. */
export function readSecret(lookup: Lookup, name: string): Secret<string> | null {
  const value = lookup(name)
  const path = lookup(`${name}_FILE`)
  if (value && path) throw new ConfigError(`${name} and ${name}_FILE are both set: remove one of the two.`)
  if (value) return new Secret(value)
  if (!path) return null
  const content = readText(`${name}_FILE`, path).replace(/\r?\n$/, '')
  if (content === '') throw new ConfigError(`${name}_FILE names ${path}, which is empty: write the value into it.`)
  return new Secret(content)
}

/** The text of the file that the variable `name` points at. */
export function readText(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new ConfigError(
      `${name} names ${path}, which can't be read (${code}): correct the path or make it readable for the console's user.`,
      { cause },
    )
  }
}

export function readSwitch(lookup: Lookup, name: string, normally = false): boolean {
  const value = lookup(name)?.toLowerCase()
  if (value === undefined) return normally
  if (value === '0' || value === 'false') return false
  if (value === '1' || value === 'true') return true
  throw new ConfigError(`${name} is a switch: write 1 or 0.`)
}

export function readMinutes(lookup: Lookup, name: string, normally: number, atMost: number): number {
  const value = lookup(name)
  if (value === undefined) return normally
  const minutes = Number(value)
  if (/^\d{1,6}$/.test(value) && minutes >= 1 && minutes <= atMost) return minutes
  throw new ConfigError(`${name} is a number of minutes: write a whole number from 1 to ${atMost}.`)
}
