import type { Bucket } from '@strongroom/shared/buckets'
import {
  fits,
  HouseRule,
  type HouseStanding,
  houseStanding,
  keyFor,
  type readHousePolicy,
} from '@strongroom/shared/house-policy'
import { KeyName } from '@strongroom/shared/keys'
import type * as z from 'zod/mini'

export type HousePolicy = z.infer<typeof readHousePolicy.reply>

/** What the rules mean for the buckets that are there. */
export interface HouseView {
  /** By rule, in their order. `fits`: the pattern does; `holds`: and no earlier rule does; `unread`: its configuration could not be read. */
  readonly byRule: readonly RuleEffect[]
  readonly rows: readonly HouseRow[]
}

export interface RuleEffect {
  readonly fits: number
  readonly holds: number
  readonly drifted: number
  readonly unread: number
}

export interface HouseRow {
  readonly bucket: Bucket
  /** Null: no rule fits. */
  readonly standing: HouseStanding | null
}

export function houseView(rules: readonly HouseRule[], buckets: readonly Bucket[]): HouseView {
  const byRule = rules.map(() => ({ fits: 0, holds: 0, drifted: 0, unread: 0 }))
  const rows = buckets.map((bucket) => {
    const fitting = rules.flatMap(({ pattern }, index) => (fits(pattern, bucket.name) ? [index] : []))
    for (const index of fitting) byRule[index]!.fits++
    const [first] = fitting
    if (first === undefined) return { bucket, standing: null }
    const standing = houseStanding([rules[first]!], bucket.name, bucket.encryption)
    byRule[first]!.holds++
    if (standing?.drifted) byRule[first]!.drifted++
    if (standing?.drifted === null) byRule[first]!.unread++
    return { bucket, standing }
  })
  return { byRule, rows }
}

/**
 * Buckets that a template gives one key, though their names differ: KES takes no dots, so `a.b` and `a-b` get the same.
 *
 * @returns the names by key, where there are several
 */
export function sharedKeys(rules: readonly HouseRule[], { rows }: HouseView): ReadonlyMap<string, readonly string[]> {
  const templates = new Set(rules.filter(({ key }) => key?.includes('{bucket}')).map(({ pattern }) => pattern))
  const byKey = new Map<string, string[]>()
  for (const { bucket, standing } of rows)
    if (standing?.key !== undefined && templates.has(standing.pattern))
      byKey.set(standing.key, [...(byKey.get(standing.key) ?? []), bucket.name])
  return new Map([...byKey].filter(([, names]) => names.length > 1))
}

export const standings = ['drifted', 'follows', 'not-read', 'no-rule'] as const
export type Standing = (typeof standings)[number]

export const standingOf = (text: string): Standing | undefined => standings.find((each) => each === text)

export function standingOfRow({ standing }: HouseRow): Standing {
  if (standing === null) return 'no-rule'
  if (standing.drifted === null) return 'not-read'
  return standing.drifted ? 'drifted' : 'follows'
}

/** A key for each row: the same pattern may stand there twice. */
export const rowKeys = (rules: readonly HouseRule[]) =>
  rules.map(
    ({ pattern }, index) => `${pattern} ${rules.slice(0, index).filter((rule) => rule.pattern === pattern).length}`,
  )

/** `rules` with the one at `from` put at `to`. */
export function moved<Each>(rules: readonly Each[], from: number, to: number): readonly Each[] {
  const rule = rules[from]
  if (rule === undefined || to < 0 || to >= rules.length) return rules
  return rules.toSpliced(from, 1).toSpliced(to, 0, rule)
}

export interface RuleForm {
  readonly pattern: string
  readonly mode: HouseRule['mode']
  readonly key: string
}

/** No bucket has a shorter name. */
const SHORTEST_BUCKET = 'abc'

/** The rule that a form says, or what is wrong with each field. */
export function ruleOf({
  pattern,
  mode,
  key,
}: RuleForm): { rule: HouseRule } | { errors: { pattern?: string; key?: string } } {
  const result = HouseRule.safeParse({ pattern: pattern.trim(), mode, ...(mode === 'sse-kms' && { key: key.trim() }) })
  if (!result.success) {
    const said = (field: string) => result.error.issues.find(({ path }) => path[0] === field)?.message
    const [atPattern, atKey] = [said('pattern'), said('key')]
    return {
      errors: {
        ...(atPattern !== undefined && { pattern: atPattern }),
        ...(atKey !== undefined && { key: key.trim() === '' ? 'SSE-KMS wants the name of a key' : atKey }),
      },
    }
  }
  const named = result.data.key
  if (named !== undefined && !KeyName.safeParse(keyFor(named, SHORTEST_BUCKET)).success)
    return { errors: { key: 'No key can be called so: 1 to 80 letters, digits, - or _; no - at the start or the end' } }
  return { rule: result.data }
}

export const sameRules = (a: readonly HouseRule[], b: readonly HouseRule[]) => {
  const words = (rules: readonly HouseRule[]) =>
    JSON.stringify(rules.map(({ pattern, mode, key }) => [pattern, mode, key]))
  return words(a) === words(b)
}
