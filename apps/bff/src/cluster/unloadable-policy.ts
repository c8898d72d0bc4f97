import * as z from 'zod/mini'
import { parseJson } from '../crypto/canonical-json.ts'

const Statements = z.object({
  Statement: z.array(z.object({ Action: z.optional(z.nullable(z.union([z.string(), z.array(z.string())]))) })),
})
/** Releases before 2022 write the policy itself, later ones put it below `Policy`. */
const Stored = z.union([z.object({ Policy: Statements }), Statements])

/**
 * Whether MinIO takes a policy and then can't read back what it wrote. Of a statement with `NotAction` it writes
 * `"Action":null` beside it, and at its start it ends on "empty actions not allowed": no user, group or policy is loaded
 * (seen on a server of February 2026).
 *
 * @param content of `policy.json`, opened
 */
export function isUnloadable(content: Uint8Array): boolean {
  const { data } = Stored.safeParse(parseJson(content))
  if (data === undefined) return false
  const { Statement } = 'Policy' in data ? data.Policy : data
  return Statement.some(({ Action }) => Action === null || (Action !== undefined && Action.length === 0))
}

export const UNLOADABLE =
  'MinIO can’t read this policy back: a statement of it names no actions, as one with NotAction does. At its next start it loads no user because of that. Replace the policy before then.'
