import { toText } from './bytes.ts'
import { FormatError } from './failures.ts'
import { isMap, type Unpacked } from './message-pack.ts'

/** Far more than any item nests, and far less than the stack holds. */
const MAX_DEPTH = 200

/**
 * JSON text with the keys of every object sorted, and without spaces: equal values have equal texts.
 *
 * @throws FormatError where the value nests deeper than any item does
 */
export const canonicalJson = (value: unknown): string => textOf(value, 0)

function textOf(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw new FormatError('the item nests deeper than any that MinIO writes')
  if (Array.isArray(value)) return `[${value.map((each) => textOf(each, depth + 1)).join(',')}]`
  if (!isMap(value)) return JSON.stringify(value) ?? 'null'
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${textOf(value[name], depth + 1)}`)
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
