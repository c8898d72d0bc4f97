import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'

/** What the file says where the server wants something else, in the words of Go's YAML package. */
export class YamlTypeError extends Error {
  constructor(line: number, found: string, wanted: string) {
    super(`yaml: unmarshal errors:\n  line ${line}: cannot unmarshal ${found} into ${wanted}`)
  }
}

/** A place in the configuration, present or not: absent places have absent children and empty text. */
export type Place = {
  readonly present: boolean
  readonly line: number
  /** Child under `key`. Unknown keys are never looked at, as in KES. @throws YamlTypeError when this is no mapping */
  at(key: string): Place
  entries(): [string, Place][]
  items(): Place[]
  /** The scalar as written, with a whole `${VAR}` replaced by that variable. */
  text(): string
  /** The scalar as written. Policy patterns and names are never substituted. */
  verbatim(): string
  /** `!!int` and the like, for messages. */
  typeName(): string
}

/** @throws Error in the words of Go's YAML package where they are known */
export function parseYaml(text: string, env: NodeJS.ProcessEnv): Place {
  const lines = new LineCounter()
  // Without a schema each scalar stays as written: `on`, `1` and `0x1` are for the reader of the field to judge.
  const document = parseDocument(text, { schema: 'failsafe', merge: true, lineCounter: lines, prettyErrors: false })
  const [problem] = document.errors
  if (problem) throw new Error(syntaxError(problem.code, problem.message, lines.linePos(problem.pos[0]).line))
  if (document.contents === null) throw new Error('EOF')
  return place(document, document.contents, lines, env)
}

function syntaxError(code: string, message: string, line: number): string {
  if (code === 'TAB_AS_INDENT') return `yaml: line ${line}: found character that cannot start any token`
  if (/Nested mappings|Implicit map keys|Implicit keys/.test(message)) {
    return `yaml: ${line > 1 ? `line ${line}: ` : ''}mapping values are not allowed in this context`
  }
  if (code === 'DUPLICATE_KEY') return `yaml: unmarshal errors:\n  line ${line}: mapping key is already defined`
  return `yaml: line ${line}: ${message}`
}

function place(document: Document, found: unknown, lines: LineCounter, env: NodeJS.ProcessEnv): Place {
  const node = resolve(document, found)
  const line = node?.range ? lines.linePos(node.range[0]).line : 1
  const child = (value: unknown) => place(document, value, lines, env)
  const verbatim = () => (isScalar(node) && !isNull(node) ? String(node.value ?? '') : '')
  const mapping = () => {
    if (node === undefined || isNull(node)) return undefined
    if (isMap(node)) return node
    throw new YamlTypeError(line, self.typeName(), 'map')
  }
  const self: Place = {
    present: node !== undefined && !isNull(node),
    line,
    at: (key) => child(mapping()?.get(key, true)),
    entries: () => mapping()?.items.map(({ key, value }) => [String(key), child(value)]) ?? [],
    items: () => (isSeq(node) ? node.items.map(child) : []),
    verbatim,
    text: () => substituted(verbatim(), line, env),
    typeName: () => (isMap(node) ? '!!map' : isSeq(node) ? '!!seq' : scalarType(node, verbatim())),
  }
  return self
}

function resolve(document: Document, found: unknown): Node | undefined {
  const node = found as (Node & { resolve?: (document: Document) => Node | undefined }) | null | undefined
  return node?.resolve ? node.resolve(document) : (node ?? undefined)
}

const isNull = (node: unknown) =>
  isScalar(node) &&
  (node.type === 'PLAIN' || node.type === undefined) &&
  /^(~|null|Null|NULL)?$/.test(String(node.value ?? ''))

function substituted(text: string, line: number, env: NodeJS.ProcessEnv): string {
  const name = /^\$\{(.*)\}$/s.exec(text.trim())?.[1]?.trim()
  if (name === undefined) return text
  const value = env[name]
  if (value === undefined) throw new Error(`kesconf: referenced env. variable '${name}' in line '${line}' not found`)
  return value
}

function scalarType(node: unknown, text: string): string {
  const type = isScalar(node) && node.type !== 'PLAIN' ? '!!str' : /^[+-]?\d+$/.test(text) ? '!!int' : guess(text)
  return `${type} \`${text}\``
}

const guess = (text: string) =>
  /^(true|false)$/i.test(text) ? '!!bool' : /^[+-]?(\d+\.\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? '!!float' : '!!str'
