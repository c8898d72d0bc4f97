import * as z from 'zod/mini'

const Names = z.union([z.string(), z.array(z.string())])
const Statement = z.object({
  Action: z.optional(Names),
  NotAction: z.optional(Names),
  Resource: z.optional(Names),
  NotResource: z.optional(Names),
})
const Policy = z.object({ Statement: z.union([Statement, z.array(Statement)]) })

/**
 * Whether no statement that can speak of KMS keys names resources: then who may list keys may see every name. What can't
 * be read as a policy counts as naming some.
 *
 * @param policy the account's, as `accountinfo` tells it: no proof of a right, and enough to see a narrowing
 */
export function speaksOfAllKeys(policy: unknown): boolean {
  const { success, data } = Policy.safeParse(policy)
  if (!success) return false
  return listed(data.Statement).every(
    (statement) => !reachesKms(statement) || (isEmpty(statement.Resource) && isEmpty(statement.NotResource)),
  )
}

const reachesKms = ({ Action = [], NotAction }: z.infer<typeof Statement>) =>
  !isEmpty(NotAction) || listed(Action).some((action) => action === '*' || action.startsWith('kms:'))

const isEmpty = (names: string | string[] | undefined) => names === undefined || names.length === 0
const listed = <T>(one: T | T[]): T[] => (Array.isArray(one) ? one : [one])
