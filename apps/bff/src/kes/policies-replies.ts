import type { KesRules } from '@strongroom/shared/kes-policy'
import * as z from 'zod/mini'

/** Of `GET /v1/identity/describe/<id>`: the admin has no policy. */
export const DescribedIdentity = z.object({ admin: z.optional(z.boolean()), policy: z.optional(z.string()) })

const Patterns = z.optional(z.record(z.string(), z.unknown()))

/** Of `GET /v1/policy/read/<name>`: the patterns are the names of empty objects, and an empty list is left out. */
export const ReadPolicy = z.object({ allow: Patterns, deny: Patterns, created_at: z.optional(z.string()) })

/** Sorted. */
export const rulesIn = ({ allow = {}, deny = {} }: z.output<typeof ReadPolicy>) =>
  ({ allow: Object.keys(allow).sort(), deny: Object.keys(deny).sort() }) satisfies KesRules
