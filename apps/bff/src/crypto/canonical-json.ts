import { toText } from './bytes.ts'
import { FormatError } from './failures.ts'
import { isMap, type Unpacked } from './message-pack.ts'

/** JSON text with the keys of every object sorted, and without spaces: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isMap(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name])}`)
  return `{${members.join(',')}}`
}

/** The value in JSON bytes, or `undefined` where they hold none. */
export function parseJson(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(toText(bytes ?? new Uint8Array(0)) ?? '')
  } catch {
    return undefined
  }
}

/**
 * The object in JSON bytes.
 *
 * @throws FormatError, which does not repeat the bytes: they may be secret
 */
export function parseJsonObject(bytes: Uint8Array, what: string): Unpacked {
  const value = parseJson(bytes)
  if (!isMap(value)) throw new FormatError(`${what} is no JSON object`)
  return value
}
