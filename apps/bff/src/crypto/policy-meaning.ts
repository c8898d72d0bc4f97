import { canonicalJson } from './canonical-json.ts'
import { isMap, type Unpacked } from './message-pack.ts'

/** Members of a statement that are sets: MinIO writes them in another order each time (it keeps them in Go maps). */
const sets = new Set(['Action', 'NotAction', 'Resource', 'NotResource'])

/**
 * What a policy document says: statements, and the names in them, are sets. One name and a list of that one name are the
 * same. Condition values too, where `10` and `"10"` are the same.
 */
export function policyMeaning(policy: Unpacked): Unpacked {
  const { Statement: statements, ...rest } = policy
  return { ...rest, Statement: asSet(asList(statements).map(statementMeaning)) }
}

function statementMeaning(statement: unknown): unknown {
  if (!isMap(statement)) return statement
  const members = Object.entries(statement).map(([name, value]) => {
    if (sets.has(name)) return [name, asSet(asList(value))]
    return [name, name === 'Condition' ? conditionMeaning(value) : value]
  })
  return Object.fromEntries(members)
}

/** Operator → key → values. */
function conditionMeaning(condition: unknown): unknown {
  if (!isMap(condition)) return condition
  return mapValues(condition, (keys) =>
    isMap(keys) ? mapValues(keys, (values) => asSet(asList(values).map(asText))) : keys,
  )
}

/** A list or an object is no condition value: no two of them may look the same for it. */
const asText = (value: unknown) => (typeof value === 'object' ? canonicalJson(value) : String(value))

const mapValues = (map: Unpacked, change: (value: unknown) => unknown): Unpacked =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]))

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : value == null ? [] : [value])

/** Sorted, each value once. */
export function asSet(values: readonly unknown[]): unknown[] {
  const byText = new Map(values.map((value) => [canonicalJson(value), value]))
  return [...byText].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value)
}
