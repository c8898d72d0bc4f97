import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from 'yaml'
import { syntaxError } from './yaml-words.ts'

/** A place in the configuration, present or not: absent places have absent children and empty text. */
export type Place = {
  readonly present: boolean
  readonly line: number
  /** Child under `key`; absent, and refused, when this is no mapping. Unknown keys are never looked at, as in KES. */
  at(key: string): Place
  entries(): [string, Place][]
  /** The items but for nulls, which Go drops. `wanted` names the type of Go's that is told when this is no list. */
  items(wanted: string): Place[]
  /** The scalar as written, with a whole `${VAR}` replaced by that variable. @throws Error when it is not set */
  text(wanted?: string): string
  /** The scalar as written. Policy patterns and names are never substituted. */
  verbatim(): string
  /** `!!int` and the like, for messages. */
  typeName(): string
  /** Notes that this is of another type than `wanted`: reading goes on, and ends with all that was noted. */
  refuse(wanted: string): void
}

/** What is read, and what was wrong with it so far. */
type Reading = {
  readonly document: Document
  readonly lines: LineCounter
  readonly env: NodeJS.ProcessEnv
  readonly places: WeakMap<object, Place>
  readonly problems: { line: number; text: string }[]
}

/**
 * Reads the first document of `text` by `read`.
 *
 * @throws Error in the words of Go's YAML package where they are known: one for the first error of syntax, else one for
 * all errors of type
 */
export function readYaml<T>(text: string, env: NodeJS.ProcessEnv, read: (root: Place) => T): T {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is they that are refused
  if (/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(text)) throw new Error('yaml: control characters are not allowed')
  const lines = new LineCounter()
  // Without a schema each scalar stays as written: `on`, `1` and `0x1` are for the reader of the field to judge.
  const options = {
    schema: 'failsafe',
    merge: true,
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
  } as const
  const documents = parseAllDocuments(text, options)
  const document = 'empty' in documents ? undefined : documents[0]
  const [problem] = document?.errors ?? []
  if (problem) throw new Error(syntaxError(problem, lines))
  if (!document?.contents) throw new Error('EOF')
  visit(document, {
    Alias(_, alias) {
      if (!alias.resolve(document)) throw new Error(`yaml: unknown anchor '${alias.source}' referenced`)
    },
  })
  const reading: Reading = { document, lines, env, places: new WeakMap(), problems: [] }
  const result = read(place(reading, document.contents))
  const problems = reading.problems.toSorted((a, b) => a.line - b.line)
  if (problems.length === 0) return result
  throw new Error(`yaml: unmarshal errors:\n${problems.map(({ line, text }) => `  line ${line}: ${text}`).join('\n')}`)
}

/** Each node has one place, so that what is wrong with it is noted once. */
function place(reading: Reading, found: unknown): Place {
  const node = resolved(reading.document, found)
  const known = node && reading.places.get(node)
  if (known) return known
  const made = newPlace(reading, node)
  if (node) reading.places.set(node, made)
  return made
}

function newPlace(reading: Reading, node: Node | undefined): Place {
  const line = lineOf(reading, node)
  const present = node !== undefined && !isNull(node)
  const note = (text: string) => reading.problems.push({ line, text })
  const verbatim = () => (isScalar(node) && present ? String(node.value ?? '') : '')
  const refused = new Set<string>()
  const refuse = (wanted: string) => {
    if (!refused.has(wanted)) note(`cannot unmarshal ${typeName(node)} into ${wanted}`)
    refused.add(wanted)
  }
  let mapping: YAMLMap | undefined
  if (isMap(node)) {
    const problems = repeatedKeys(reading, node)
    if (problems.length === 0) mapping = node
    reading.problems.push(...problems)
  }
  const self: Place = {
    present,
    line,
    at(key) {
      if (present && !isMap(node)) refuse('map')
      return place(reading, mapping?.get(key, true))
    },
    entries() {
      if (present && !isMap(node)) refuse('map')
      return mapping?.items.map(({ key, value }) => [String(key), place(reading, value)]) ?? []
    },
    items(wanted) {
      if (present && !isSeq(node)) refuse(wanted)
      return isSeq(node) ? node.items.map((item) => place(reading, item)).filter((item) => item.present) : []
    },
    verbatim,
    text(wanted = 'string') {
      if (present && !isScalar(node)) refuse(wanted)
      return substituted(verbatim(), line, reading.env)
    },
    typeName: () => typeName(node),
    refuse,
  }
  return self
}

/** Go does not read a mapping at all in which a key stands twice. */
function repeatedKeys(reading: Reading, { items }: YAMLMap): Reading['problems'] {
  const first = new Map<string, number>()
  return items.flatMap(({ key }) => {
    const [name, line] = [String(key), lineOf(reading, key as Node)]
    const earlier = first.get(name)
    if (earlier === undefined) {
      first.set(name, line)
      return []
    }
    return [{ line, text: `mapping key ${JSON.stringify(name)} already defined at line ${earlier}` }]
  })
}

const lineOf = ({ lines }: Reading, node: Node | undefined) => (node?.range ? lines.linePos(node.range[0]).line : 1)

function resolved(document: Document, found: unknown): Node | undefined {
  const node = found as (Node & { resolve?: (document: Document) => Node | undefined }) | null | undefined
  return node?.resolve ? node.resolve(document) : (node ?? undefined)
}

const isPlain = (node: Node) => isScalar(node) && (node.type === 'PLAIN' || node.type === undefined)

const isNull = (node: Node) => isScalar(node) && isPlain(node) && /^(~|null|Null|NULL)?$/.test(String(node.value ?? ''))

function substituted(text: string, line: number, env: NodeJS.ProcessEnv): string {
  const name = /^\$\{(.*)\}$/s.exec(text.trim())?.[1]?.trim()
  if (name === undefined) return text
  const value = env[name]
  if (value === undefined) throw new Error(`kesconf: referenced env. variable '${name}' in line '${line}' not found`)
  return value
}

function typeName(node: Node | undefined): string {
  if (isMap(node)) return '!!map'
  if (isSeq(node)) return '!!seq'
  if (!isScalar(node) || isNull(node)) return '!!null'
  const text = String(node.value)
  return `${isPlain(node) ? plainType(text) : '!!str'} \`${text}\``
}

/** How Go's package takes an unquoted scalar. */
const PLAIN_TYPES: readonly [RegExp, string][] = [
  [/^(true|True|TRUE|false|False|FALSE)$/, '!!bool'],
  [/^[+-]?(0x[\da-f_]+|0o[0-7_]+|0b[01_]+|\d[\d_]*)$/i, '!!int'],
  [/^[+-]?(\d[\d_]*\.\d*|\.\d+)(e[+-]?\d+)?$/i, '!!float'],
  [/^\d{4}-\d\d?-\d\d?([ Tt]|$)/, '!!timestamp'],
]

const plainType = (text: string) => PLAIN_TYPES.find(([form]) => form.test(text))?.[1] ?? '!!str'
