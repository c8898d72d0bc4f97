import { decodeBase64 } from './base64.ts'

/** JSON as Go's encoder writes it: `<`, `>`, `&`, U+2028 and U+2029 escaped. */
export const goJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

type Kind = 'bytes' | 'text'
type Fields<Shape extends Record<string, Kind>> = {
  [Name in keyof Shape]: Shape[Name] extends 'bytes' ? Buffer : string
}

/**
 * Reads the fields of `shape` from the first JSON value in `text`, by the rules of Go's decoder: names match without
 * regard to case, other fields are ignored, `null` and absent are the empty value, what follows the value is ignored.
 *
 * @returns `undefined` when the value is malformed, not an object, or a field has another type
 */
export function readFields<const Shape extends Record<string, Kind>>(
  text: string,
  shape: Shape,
): Fields<Shape> | undefined {
  const value = firstValue(text)
  if (typeof value !== 'object' || Array.isArray(value)) return undefined
  const fields: Record<string, Buffer | string> = {}
  for (const [name, kind] of Object.entries(shape)) fields[name] = kind === 'bytes' ? Buffer.alloc(0) : ''
  for (const [sent, content] of Object.entries(value ?? {})) {
    const name = Object.keys(shape).find((known) => known === sent.toLowerCase())
    if (name === undefined || content === null) continue
    const decoded = shape[name] === 'bytes' ? toBytes(content) : content
    if (decoded === undefined || (shape[name] === 'text' && typeof content !== 'string')) return undefined
    fields[name] = decoded as Buffer | string
  }
  return fields as Fields<Shape>
}

/** A Go byte slice is base64 in JSON; a list of numbers below 256 is read as well. */
function toBytes(content: unknown): Buffer | undefined {
  if (typeof content === 'string') return decodeBase64(content)
  const isByte = (item: unknown) => Number.isInteger(item) && (item as number) >= 0 && (item as number) < 256
  return Array.isArray(content) && content.every(isByte) ? Buffer.from(content as number[]) : undefined
}

/** Parses the first value, if it is an object or `null`; no other value fits a request. */
function firstValue(text: string): unknown {
  const start = text.search(/[^ \t\r\n]/)
  if (start < 0) return undefined
  if (text.startsWith('null', start)) return null
  try {
    return text[start] === '{' ? JSON.parse(text.slice(start, endOfObject(text, start))) : undefined
  } catch {
    return undefined
  }
}

function endOfObject(text: string, start: number): number {
  const marks = /"(?:[^"\\]|\\.)*"|[{}]/gsu
  marks.lastIndex = start
  let depth = 0
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    if (mark[0] === '{') depth++
    if (mark[0] === '}' && --depth === 0) return marks.lastIndex
  }
  return text.length
}
