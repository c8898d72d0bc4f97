import type { LineCounter, YAMLParseError } from 'yaml'

/** What Go's YAML package says of a malformed text where we know it, else the parser's own words. */
export function syntaxError({ code, message, pos }: YAMLParseError, lines: LineCounter): string {
  const { line } = lines.linePos(pos[0])
  const found = WORDS.find(({ says }) => says.test(code) || says.test(message))
  if (!found) return `yaml: line ${line}: ${message}`
  // The line of the scanner's errors counts from 1, that of the parser's from 0; the first line is not told.
  const told = found.by === 'scanner' ? line : line - 1
  return `yaml: ${line === 1 ? '' : `line ${told}: `}${found.text}`
}

/** `says` fits the parser's code or message. */
type Words = { says: RegExp; by: 'scanner' | 'parser'; text: string }

const WORDS: readonly Words[] = [
  { says: /^TAB_AS_INDENT$/, by: 'scanner', text: 'found character that cannot start any token' },
  { says: /^BAD_SCALAR_START$/, by: 'scanner', text: 'found character that cannot start any token' },
  { says: /^Nested mappings/, by: 'scanner', text: 'mapping values are not allowed in this context' },
  { says: /^Missing closing ["']/, by: 'scanner', text: 'found unexpected end of stream' },
  { says: /^BAD_DQ_ESCAPE$/, by: 'scanner', text: 'found unknown escape character' },
  { says: /^Implicit (map )?keys need/, by: 'scanner', text: "could not find expected ':'" },
  { says: /^All mapping items/, by: 'parser', text: 'did not find expected key' },
  { says: /^Sequence item without/, by: 'parser', text: "did not find expected '-' indicator" },
  { says: /^Flow sequence/, by: 'parser', text: "did not find expected ',' or ']'" },
  { says: /^Flow map/, by: 'parser', text: "did not find expected ',' or '}'" },
]
