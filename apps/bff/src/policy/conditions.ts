import { BlockList, isIP } from 'node:net'
import { isConditionKey, VARIABLES, valueName } from './condition-keys.ts'
import { type Maybe, not } from './maybe.ts'
import type { RequestValues } from './request-values.ts'
import { matchesWildcard } from './wildcard.ts'

/** One operator on one key. Null when the values it needs are not known. */
export type Condition = (values: RequestValues) => Maybe

/** A value in a policy, as JSON has it. */
type Value = string | number | boolean
/** @returns null for values that the operator does not take */
type Operator = (key: string, wanted: readonly Value[], forAll: boolean) => Condition | null

/**
 * Reads the `Condition` of a statement. All of them must hold.
 *
 * @returns null where an operator, a key or a value is none that MinIO takes: nobody here can say what it means
 */
export function parseConditions(condition: unknown): readonly Condition[] | null {
  if (!isObject(condition) || Object.keys(condition).length === 0) return null
  const parsed: Condition[] = []
  for (const [name, byKey] of Object.entries(condition)) {
    const { operator, forAll } = operatorIn(name)
    if (operator === undefined || !isObject(byKey)) return null
    for (const [key, value] of Object.entries(byKey)) {
      const wanted = valuesIn(value)
      const read = wanted !== null && isConditionKey(key) ? operator(key, wanted, forAll) : null
      if (read === null) return null
      parsed.push(read)
    }
  }
  return parsed
}

function operatorIn(name: string) {
  const parts = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(name)
  return { operator: OPERATORS.get(parts?.[2] ?? ''), forAll: parts?.[1] === 'ForAllValues' }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function valuesIn(value: unknown): readonly Value[] | null {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.length > 0 && values.every(isValue) ? values : null
}

const isValue = (value: unknown): value is Value =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value)

/** What the request has under the key; null where that is not known. */
function given(values: RequestValues, key: string): readonly string[] | null {
  const known = values.get(valueName(key))
  return known === undefined ? [] : known
}

/** Puts the values of the request in for `${aws:username}` and the like; null where one is not known. */
export function substitute(text: string, values: RequestValues): string | null {
  let result = text
  for (const key of VARIABLES) {
    const variable = `\${${key}}`
    if (!result.includes(variable)) continue
    const known = given(values, key)
    if (known === null) return null
    if (known[0]) result = result.replaceAll(variable, () => known[0]!)
  }
  return result
}

interface StringRule {
  readonly matches: (wanted: string, given: string) => boolean
  readonly negated?: boolean
  readonly decode?: (wanted: string) => string | null
}

const strings =
  ({ matches, negated = false, decode = (wanted) => wanted }: StringRule): Operator =>
  (key, wanted, forAll) => {
    const texts = wanted.map((value) => (typeof value === 'string' ? decode(value) : null))
    if (texts.includes(null)) return null
    return (values) => {
      const have = given(values, key)
      const want = texts.map((text) => substitute(text!, values))
      if (have === null || want.includes(null)) return null
      const fits = (one: string) => want.some((text) => matches(text!, one))
      const answer = forAll ? have.every(fits) : have.some(fits)
      return negated ? not(answer) : answer
    }
  }

const equal = (wanted: string, have: string) => wanted === have
const equalIgnoringCase = (wanted: string, have: string) => wanted.toLowerCase() === have.toLowerCase()
const fromBase64 = (text: string) =>
  /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(text)
    ? Buffer.from(text, 'base64').toString()
    : null

/** The operators below take the first value of the request; the quantifiers `ForAllValues` and `ForAnyValue` change nothing. */
const onFirst =
  <T>(read: (value: Value) => T | null, holds: (wanted: T, have: string) => boolean, absent = false): Operator =>
  (key, wanted) => {
    const value = wanted.length === 1 ? read(wanted[0]!) : null
    if (value === null) return null
    return (values) => {
      const have = given(values, key)
      if (have === null) return null
      return have.length === 0 ? absent : holds(value, have[0]!)
    }
  }

const whole = (text: string) => (/^[+-]?\d+$/.test(text) ? Number(text) : null)
const numberIn = (value: Value) => (typeof value === 'boolean' ? null : whole(`${value}`))
const numbers = (compare: (have: number, wanted: number) => boolean, absent = false) =>
  onFirst(
    numberIn,
    (wanted, text) => {
      const have = whole(text)
      return have !== null && compare(have, wanted)
    },
    absent,
  )

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
function instant(text: Value): number | null {
  const at = typeof text === 'string' && RFC_3339.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : at
}
const dates = (compare: (have: number, wanted: number) => boolean) =>
  onFirst(instant, (wanted, text) => {
    const have = instant(text)
    return have !== null && compare(have, wanted)
  })

/** MinIO takes what Go reads as a boolean, and then compares the words: `True` holds for nothing. */
const boolean = (value: Value) =>
  typeof value === 'boolean' ||
  (typeof value === 'string' && /^(?:1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(value))
    ? `${value}`
    : null

const onlyFor =
  (allowed: string, operator: Operator): Operator =>
  (key, wanted, forAll) =>
    key === allowed ? operator(key, wanted, forAll) : null

const absence: Operator = (key, wanted) => {
  const word = wanted.length === 1 ? boolean(wanted[0]!) : null
  if (word === null) return null
  const absent = /^(?:1|t)/i.test(word)
  return (values) => {
    const have = given(values, key)
    return have === null ? null : (have.length === 0) === absent
  }
}

const addresses =
  (negated: boolean): Operator =>
  (key, wanted) => {
    const networks = networksIn(wanted)
    if (networks === null) return null
    return (values) => {
      const have = given(values, key)
      if (have === null) return null
      const inside = have.every((address) => isIP(address) !== 0) && have.some((address) => contains(networks, address))
      return inside !== negated
    }
  }

function networksIn(wanted: readonly Value[]): BlockList | null {
  const networks = new BlockList()
  for (const value of wanted) {
    // MinIO adds /32 to an address without a prefix, to one of IPv6 too.
    const parts = typeof value === 'string' ? /^([^/]+)(?:\/(\d{1,3}))?$/.exec(value) : null
    const version = isIP(parts?.[1] ?? '')
    const bits = Number(parts?.[2] ?? 32)
    if (version === 0 || bits > (version === 6 ? 128 : 32)) return null
    networks.addSubnet(parts![1]!, bits, version === 6 ? 'ipv6' : 'ipv4')
  }
  return networks
}

const contains = (networks: BlockList, address: string) =>
  networks.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Source: minio/pkg policy/condition/func.go (v3.1.3). */
const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', strings({ matches: equal })],
  ['StringNotEquals', strings({ matches: equal, negated: true })],
  ['StringEqualsIgnoreCase', strings({ matches: equalIgnoringCase })],
  ['StringNotEqualsIgnoreCase', strings({ matches: equalIgnoringCase, negated: true })],
  ['StringLike', strings({ matches: matchesWildcard })],
  ['StringNotLike', strings({ matches: matchesWildcard, negated: true })],
  ['BinaryEquals', strings({ matches: equal, decode: fromBase64 })],
  ['IpAddress', onlyFor('aws:SourceIp', addresses(false))],
  ['NotIpAddress', onlyFor('aws:SourceIp', addresses(true))],
  ['Bool', onlyFor('aws:SecureTransport', onFirst(boolean, equal))],
  ['Null', absence],
  ['NumericEquals', numbers((have, wanted) => have === wanted)],
  ['NumericNotEquals', numbers((have, wanted) => have !== wanted)],
  ['NumericLessThan', numbers((have, wanted) => have < wanted)],
  ['NumericLessThanEquals', numbers((have, wanted) => have <= wanted)],
  ['NumericGreaterThan', numbers((have, wanted) => have > wanted)],
  ['NumericGreaterThanIfExists', numbers((have, wanted) => have > wanted, true)],
  ['NumericGreaterThanEquals', numbers((have, wanted) => have >= wanted)],
  ['DateEquals', dates((have, wanted) => have === wanted)],
  ['DateNotEquals', dates((have, wanted) => have !== wanted)],
  ['DateLessThan', dates((have, wanted) => have < wanted)],
  ['DateLessThanEquals', dates((have, wanted) => have <= wanted)],
  ['DateGreaterThan', dates((have, wanted) => have > wanted)],
  ['DateGreaterThanEquals', dates((have, wanted) => have >= wanted)],
])
