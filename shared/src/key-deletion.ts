import * as z from 'zod/mini'
import { endpoint, Instant, NoContent } from './endpoint.ts'
import { DeletionStage, Named } from './keys.ts'

/** One place in which a key may still be needed. */
export const KeyUse = z.object({
  place: z.enum([
    'server-default',
    'bucket-defaults',
    'iam-items',
    'config-history',
    'bucket-targets',
    'tiers',
    'objects',
    'sites',
    'other-clusters',
  ]),
  /** `unknown`: it can't be excluded, and so it counts as in use. */
  verdict: z.enum(['in-use', 'free', 'unknown']),
  /** How many; null when that can't be told. */
  count: z.nullable(z.int()),
  /** Names or paths, a few. */
  examples: z.array(z.string()),
  /** What was looked at; for `unknown`, why it can't be told and how to find out. */
  detail: z.string(),
  /** When this was seen; null: never. */
  at: z.nullable(Instant),
  /** Where in the web app this is looked at or put right; null where nowhere. */
  href: z.nullable(z.string()),
})
export type KeyUse = z.infer<typeof KeyUse>

export const KeyUsage = z.object({
  name: z.string(),
  uses: z.array(KeyUse),
  /** Nothing needs it, and nothing was left unseen. */
  deletable: z.boolean(),
  /** Why not, one sentence for each use that is in the way. */
  reasons: z.array(z.string()),
  checkedAt: Instant,
})
export type KeyUsage = z.infer<typeof KeyUsage>

export const readKeyUsage = endpoint({
  id: 'readKeyUsage',
  method: 'GET',
  path: '/keys/:name/usage',
  summary: 'Everything that may still need this key, and whether it can be deleted.',
  input: Named,
  reply: KeyUsage,
})

/** A policy of KES, and whether it still lets its identities use the key. */
export const PolicyDenial = z.object({
  policy: z.string(),
  identities: z.array(z.string()),
  denies: z.boolean(),
  /** The paths to add to the `deny:` list of this policy in KES's configuration; empty when it denies already. */
  lines: z.array(z.string()),
})

/** One check of the rehearsal: with the key denied, would every node come up again, and is everything else readable? */
export const RehearsalCheck = z.object({ title: z.string(), holds: z.nullable(z.boolean()), detail: z.string() })
export type RehearsalCheck = z.infer<typeof RehearsalCheck>

export const KeyDeletion = z.object({
  name: z.string(),
  stage: z.nullable(DeletionStage),
  markedAt: z.nullable(Instant),
  markedBy: z.nullable(z.string()),
  /** The end of the waiting time, which began with the mark. */
  waitUntil: z.nullable(Instant),
  quarantinedAt: z.nullable(Instant),
  quarantinedBy: z.nullable(z.string()),
  /** The end of the quarantine, before which nothing is deleted; null for a key that is in none. */
  deleteAfter: z.nullable(Instant),
  /** What was said of other clusters on the same KES, and by whom. */
  otherClusters: z.nullable(z.object({ statement: z.string(), by: z.string(), at: Instant })),
  /** What each policy must say before the key counts as quarantined; null when KES does not let the console read policies. */
  policies: z.nullable(z.array(PolicyDenial)),
  rehearsal: z.array(RehearsalCheck),
  /** What is in the way of the next stage, one sentence each; empty: it can be taken. */
  blockers: z.array(z.string()),
  /** Those of {@link blockers} that are known to cost data; the others wait: for time, for an act, or for what was not seen yet. */
  losses: z.array(z.string()),
  /** The next stage; null: there is no further one to take here. */
  next: z.nullable(z.enum(['mark', 'quarantine', 'delete'])),
  checkedAt: Instant,
})
export type KeyDeletion = z.infer<typeof KeyDeletion>

export const readKeyDeletion = endpoint({
  id: 'readKeyDeletion',
  method: 'GET',
  path: '/keys/:name/deletion',
  summary: 'How far the deletion of a key has come, and what is in the way of its next stage.',
  input: Named,
  reply: KeyDeletion,
})

export const markKey = endpoint({
  id: 'markKey',
  method: 'POST',
  path: '/keys/:name/deletion',
  summary: 'Mark a key for deletion: it stays usable for the waiting time, and what still needs it becomes a finding.',
  input: z.extend(Named, {
    waitDays: z._default(z.int().check(z.minimum(1, 'Wait 1 day or more'), z.maximum(365)), 7),
    /** Which other clusters use this KES, and that none of them needs the key. */
    otherClusters: z.string().check(z.minLength(10, 'Say which other clusters use this KES'), z.maxLength(1000)),
  }),
  reply: KeyDeletion,
  status: 201,
})

export const quarantineKey = endpoint({
  id: 'quarantineKey',
  method: 'PUT',
  path: '/keys/:name/deletion/quarantine',
  summary:
    'Take the marked key into quarantine: refused until every policy of KES denies its use and the rehearsal holds.',
  input: Named,
  reply: KeyDeletion,
})

export const unmarkKey = endpoint({
  id: 'unmarkKey',
  method: 'DELETE',
  path: '/keys/:name/deletion',
  summary: 'Undo: the key is no longer marked or quarantined.',
  input: Named,
  reply: NoContent,
  status: 204,
})

export const deleteKey = endpoint({
  id: 'deleteKey',
  method: 'DELETE',
  path: '/keys/:name',
  summary:
    'Delete a quarantined key for good, under the identity for deletion. There is no undo: what it sealed can never be read again.',
  input: z.extend(Named, {
    /** The name once more, typed by the person. */
    confirm: z.optional(z.string().check(z.maxLength(80))),
  }),
  reply: NoContent,
  status: 204,
})
