import { VARIABLES, valueName } from './condition-keys.ts'
import type { Policy, Statement, StatementBody } from './document.ts'
import { every, type Maybe, some } from './maybe.ts'
import type { RequestValues } from './request-values.ts'
import { matchesWildcard } from './wildcard.ts'

/** `cannot-tell`: it may be allowed, and something that decides it is not known here. It is no yes. */
export type Verdict = 'allow' | 'deny' | 'cannot-tell'

/** On which keys: the one of this name; no key in particular; all of them, whatever their names. */
export type KeyScope = { readonly key: string } | 'no-key' | 'every-key'

export interface Question {
  /** `kms:ImportKey` */
  readonly action: string
  readonly scope: KeyScope
  readonly values: RequestValues
}

/**
 * What MinIO would answer. Deny wins, also one that can't be evaluated; an Allow that can't be evaluated is none. It never
 * throws.
 *
 * About a key MinIO asks twice: whether the action is allowed at all, with resources left out of it, and then for the name.
 * So a Deny on some keys denies the action on all of them. Source: minio cmd/kms-handlers.go; tried.
 */
export function evaluate(policy: Policy, question: Question): Verdict {
  const { scope } = question
  const atAll = once(policy, { ...question, scope: 'no-key' })
  return scope === 'no-key' ? atAll : both(atAll, once(policy, question))
}

/** The narrower of two answers. */
export function both(one: Verdict, other: Verdict): Verdict {
  if (one === 'deny' || other === 'deny') return 'deny'
  return one === 'allow' ? other : one
}

/** The wider of two answers. */
export function either(one: Verdict, other: Verdict): Verdict {
  if (one === 'allow' || other === 'allow') return 'allow'
  return one === 'deny' ? other : one
}

function once({ statements }: Policy, question: Question): Verdict {
  const applying = (effect: Statement['effect']) =>
    some(statements.filter((one) => one.effect === effect).map((statement) => applies(statement, question)))
  if (applying('Deny') !== false) return 'deny'
  const allowed = applying('Allow')
  return allowed === null ? 'cannot-tell' : allowed ? 'allow' : 'deny'
}

function applies({ effect, body }: Statement, question: Question): Maybe {
  if (body === null) return null
  if (!covers(body, question.action)) return false
  return every([
    question.scope === 'every-key' ? meantForAll(body, effect) : meant(body, question),
    ...body.conditions.map((condition) => condition(question.values)),
  ])
}

const covers = ({ actions, notActions }: StatementBody, action: string) =>
  (actions.length === 0 || actions.some((pattern) => matchesWildcard(pattern, action))) &&
  !notActions.some((pattern) => matchesWildcard(pattern, action))

const names = (service: 'kms' | 'admin' | 'sts', { actions }: StatementBody) =>
  actions.some((action) => action.startsWith(`${service}:`))

/**
 * What a statement is for follows from the actions it names. `NotAction` and patterns like `*:List*` make one for S3, whose
 * resources count; in one for administration they do not, nor in one of all actions, since MinIO takes the bare star for
 * the name of all STS actions: `*` on one bucket is `*` on every key. Source: minio/pkg policy/sts-action.go; tried.
 */
const ignoresResources = (body: StatementBody) =>
  names('admin', body) || names('sts', body) || body.actions.includes('*')

/** Whether the resources of a statement mean this key. Source: minio/pkg policy/statement.go, IsAllowed. */
function meant(body: StatementBody, { scope, values }: Question): Maybe {
  const { resources, notResources } = body
  const name = typeof scope === 'string' ? '' : scope.key
  // NotResource alone is not looked at.
  if (names('kms', body) && (name === '' || resources.length === 0)) return true
  if (ignoresResources(body)) return true
  const within = (patterns: readonly string[]) => some(patterns.map((pattern) => meansKey(pattern, name, values)))
  const excluded = within(notResources)
  return every([resources.length === 0 || within(resources), excluded === null ? null : !excluded])
}

/** An Allow must mean all keys there can be; for a Deny it is enough to mean one. */
function meantForAll(body: StatementBody, effect: Statement['effect']): boolean {
  if (effect === 'Deny') return true
  const { resources, notResources } = body
  if (names('kms', body) && resources.length === 0) return true
  return ignoresResources(body) || (resources.includes('*') && notResources.length === 0)
}

/**
 * MinIO appends a slash to the name before it matches: `*-prod` fits no key, and `prod?` fits `prod`. A pattern without
 * wildcards fits all the same. Both tried.
 */
function meansKey(pattern: string, name: string, values: RequestValues): Maybe {
  const filled = pattern.includes('$') ? fill(pattern, values) : pattern
  if (filled === null) return null
  return (name !== '' && filled === name) || matchesWildcard(filled, `${name}/`)
}

/** Puts values in for `${aws:username}`; what MinIO does not know as a variable stays as it is. */
function fill(pattern: string, values: RequestValues): string | null {
  let known = true
  const filled = pattern.replace(/\$\{([^}]*)\}/g, (text, key: string) => {
    if (!VARIABLES.includes(key)) return text
    const found = values.get(valueName(key))
    if (found === null) known = false
    return found?.[0] || text
  })
  return known ? filled : null
}
