import { type Condition, parseConditions } from './conditions.ts'

/** A policy of MinIO, read so that it can be evaluated. */
export interface Policy {
  readonly statements: readonly Statement[]
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  /** Null: the statement is in a form that nobody here can read. */
  readonly body: StatementBody | null
}

export interface StatementBody {
  /** Empty where `NotAction` stands instead. */
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  /** Patterns without the prefix of their ARN. */
  readonly resources: readonly string[]
  readonly notResources: readonly string[]
  readonly conditions: readonly Condition[]
}

/** What cannot be read may be a denial. */
const UNREADABLE: Statement = { effect: 'Deny', body: null }

/**
 * Reads a policy document as MinIO does: `Statement` is a list, and names of fields are matched without regard to case.
 * It never throws. What MinIO's own parser would not take is a statement that can't be evaluated.
 */
export function parsePolicy(document: unknown): Policy {
  const fields = fieldsOf(document, ['ID', 'Version', 'Statement'])
  const version = fields?.get('Version') ?? ''
  const statements = fields?.get('Statement') ?? []
  if (fields === null || (version !== '' && version !== '2012-10-17') || !Array.isArray(statements))
    return { statements: [UNREADABLE] }
  return { statements: statements.map(parseStatement) }
}

const FIELDS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition']

function parseStatement(statement: unknown): Statement {
  const fields = fieldsOf(statement, FIELDS)
  const effect = fields?.get('Effect')
  if (!fields || (effect !== 'Allow' && effect !== 'Deny')) return UNREADABLE
  return { effect, body: parseBody(fields) }
}

function parseBody(fields: ReadonlyMap<string, unknown>): StatementBody | null {
  const [actions, notActions] = [textsIn(fields, 'Action'), textsIn(fields, 'NotAction')]
  const [resources, notResources] = [resourcesIn(fields, 'Resource'), resourcesIn(fields, 'NotResource')]
  const conditions = fields.has('Condition') ? parseConditions(fields.get('Condition')) : []
  if (!actions || !notActions || !resources || !notResources) return null
  if (actions.length > 0 === notActions.length > 0) return null
  return { actions, notActions, resources, notResources, conditions: conditions ?? [() => null] }
}

/** Absent counts as empty; null for anything but a text or texts. */
function textsIn(fields: ReadonlyMap<string, unknown>, name: string): readonly string[] | null {
  const value = fields.has(name) ? fields.get(name) : []
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
  return texts.every((text) => typeof text === 'string') ? texts : null
}

function resourcesIn(fields: ReadonlyMap<string, unknown>, name: string): readonly string[] | null {
  const patterns = textsIn(fields, name)?.map(resourcePattern)
  return patterns === undefined || patterns.includes(null) ? null : (patterns as string[])
}

/**
 * The pattern behind the ARN's prefix. A bare star is an ARN of its own, and what begins with one loses it: `*-prod` is the
 * pattern `-prod`, and `**`, as MinIO itself writes the star, is a star.
 */
function resourcePattern(resource: string): string | null {
  const [, pattern] = /^(?:arn:aws:s3:::|arn:minio:kms:::|\*)(.*)$/s.exec(resource) ?? []
  if (pattern === undefined || pattern.startsWith('/')) return null
  return pattern === '' && resource === '*' ? '*' : pattern
}

/** The members of an object under the names as MinIO writes them; null for no object, or for a name that stands twice. */
export function fieldsOf(value: unknown, names: readonly string[]): ReadonlyMap<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const fields = new Map<string, unknown>()
  for (const [given, member] of Object.entries(value)) {
    const name = names.find((known) => folded(known) === folded(given))
    if (name === undefined) continue
    if (fields.has(name)) return null
    fields.set(name, member)
  }
  return fields
}

/** Go's JSON also takes ſ for s, and the Kelvin sign for k. */
const folded = (name: string) => name.toLowerCase().toUpperCase()
