import * as z from 'zod/mini'
import { EncryptionMode } from './bucket-name.ts'
import { endpoint, Instant, Nothing } from './endpoint.ts'

/** One rule of the house: which buckets, and how they are to encrypt. The first rule that fits a bucket holds. */
export const HouseRule = z.object({
  /** `*` stands for any characters, `?` for one. */
  pattern: z
    .string()
    .check(
      z.minLength(1, 'Type a name or a pattern'),
      z.maxLength(63),
      z.regex(
        /^[a-z0-9.*?-]+$/,
        'Bucket names have lower-case letters, digits, dots and dashes; * and ? stand for others',
      ),
    ),
  mode: EncryptionMode,
  /** With `sse-kms`; `{bucket}` in it stands for the bucket's name. */
  key: z.optional(
    z
      .string()
      .check(
        z.minLength(1),
        z.maxLength(80),
        z.regex(
          /^(\{bucket\}|[A-Za-z0-9_-])+$/,
          'Key names have letters, digits, dashes and underscores; {bucket} stands for the bucket’s name',
        ),
      ),
  ),
})
export type HouseRule = z.infer<typeof HouseRule>

/** What the rules say of one bucket. */
export const HouseStanding = z.object({
  pattern: z.string(),
  mode: EncryptionMode,
  key: z.optional(z.string()),
  /** Null: its configuration could not be read. */
  drifted: z.nullable(z.boolean()),
})
export type HouseStanding = z.infer<typeof HouseStanding>

/**
 * Whether a bucket's name fits the pattern of a rule. Not by a regular expression: a pattern with many stars would hold one up
 * for ever.
 */
export function fits(pattern: string, bucket: string): boolean {
  let [at, from] = [0, 0]
  /** Where to go on when what follows the last star does not fit: behind the star, one character further on in the name. */
  let [retryAt, retryFrom] = [-1, 0]
  while (from < bucket.length) {
    if (pattern[at] === '*') {
      retryAt = ++at
      retryFrom = from
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === bucket[from])) {
      at++
      from++
    } else if (retryAt !== -1) {
      at = retryAt
      from = ++retryFrom
    } else {
      return false
    }
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}

/** The key that a template names for a bucket. KES takes no dots in names, so they become dashes. */
export const keyFor = (template: string, bucket: string) => template.replaceAll('{bucket}', bucket.replaceAll('.', '-'))

/**
 * What the rules want of a bucket, and whether its configuration is so; null: no rule fits.
 *
 * @param configured null: it could not be read
 */
export function houseStanding(
  rules: readonly HouseRule[],
  bucket: string,
  configured: { readonly mode: EncryptionMode; readonly key?: string | undefined } | null,
): HouseStanding | null {
  const rule = rules.find(({ pattern }) => fits(pattern, bucket))
  if (rule === undefined) return null
  const key = rule.mode === 'sse-kms' && rule.key !== undefined ? keyFor(rule.key, bucket) : undefined
  return {
    pattern: rule.pattern,
    mode: rule.mode,
    ...(key !== undefined && { key }),
    drifted: configured && (configured.mode !== rule.mode || configured.key !== key),
  }
}

export const readHousePolicy = endpoint({
  id: 'readHousePolicy',
  method: 'GET',
  path: '/house-policy',
  summary: 'The rules of the house for the encryption of buckets, in their order.',
  input: Nothing,
  reply: z.object({
    rules: z.array(HouseRule),
    changedAt: z.nullable(Instant),
    changedBy: z.nullable(z.string()),
    /** Sent back with a change, so that nobody overwrites another one's. */
    revision: z.string(),
  }),
})

export const setHousePolicy = endpoint({
  id: 'setHousePolicy',
  method: 'PUT',
  path: '/house-policy',
  summary: 'Replace the rules of the house. No bucket is changed by it; those that differ are shown.',
  input: z.object({ rules: z.array(HouseRule).check(z.maxLength(200)), revision: z.string() }),
  reply: readHousePolicy.reply,
})
