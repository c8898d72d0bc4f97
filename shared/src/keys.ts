import * as z from 'zod/mini'
import { endpoint, Instant, Nothing } from './endpoint.ts'

/** 1–80 of `[0-9A-Za-z_-]`, no dash at either end, not a lone `_`: KES's own rule (kes auth.go, validName). */
export const KeyName = z
  .string()
  .check(z.regex(/^(?!_$)(?!-)[\w-]{1,80}(?<!-)$/, 'Use 1 to 80 letters, digits, - or _; no - at the start or the end'))
export type KeyName = z.infer<typeof KeyName>

const Named = z.object({ name: KeyName })

export const KeyDetails = z.object({
  name: z.string(),
  algorithm: z.nullable(z.string()),
  /** Null when KES does not know it. */
  createdAt: z.nullable(Instant),
  /** The identity that made it, as KES reports it. */
  createdBy: z.nullable(z.string()),
  /** It is the key MinIO uses by default now. */
  isDefault: z.boolean(),
})
export type KeyDetails = z.infer<typeof KeyDetails>

export const listKeys = endpoint({
  id: 'listKeys',
  method: 'GET',
  path: '/keys',
  summary: 'The names of the keys in KES, sorted; complete, also beyond the 1,024 names of one KES listing.',
  input: z.object({
    prefix: z.optional(z.string().check(z.regex(/^[\w-]{0,80}$/, 'Letters, digits, - and _ only'))),
    after: z.optional(z.string().check(z.maxLength(80))),
    limit: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000)), 1000),
  }),
  reply: z.object({
    source: z.literal('kes'),
    keys: z.array(z.object({ name: z.string(), isDefault: z.boolean() })),
    next: z.optional(z.string()),
  }),
})

export const createKey = endpoint({
  id: 'createKey',
  method: 'POST',
  path: '/keys',
  summary: 'Let KES make a new random key.',
  input: Named,
  reply: KeyDetails,
  status: 201,
})

export const readKey = endpoint({
  id: 'readKey',
  method: 'GET',
  path: '/keys/:name',
  summary: 'One key: algorithm, when it was made and by whom.',
  input: Named,
  reply: KeyDetails,
})

/** Where a data key that was tried lies: enough to find it again, nothing of its content. */
export const ProofSample = z.object({
  from: z.enum(['iam', 'object']),
  path: z.string(),
  opened: z.boolean(),
  note: z.optional(z.string()),
})

export type ProofSample = z.infer<typeof ProofSample>

export const KeyProof = z.object({
  name: z.string(),
  verdict: z.enum(['proven', 'wrong-material', 'nothing-to-open', 'key-missing']),
  /** Data keys of this cluster under that name that KES opened, and those it did not. */
  opened: z.int(),
  failed: z.int(),
  samples: z.array(ProofSample),
  /** KES opens what the console sealed under the source's material, and the other way round; null without the source. */
  sameMaterial: z.nullable(z.boolean()),
  detail: z.string(),
  at: Instant,
})
export type KeyProof = z.infer<typeof KeyProof>

export const proveKey = endpoint({
  id: 'proveKey',
  method: 'POST',
  path: '/keys/:name/proof',
  summary: 'Does this key in KES open what the cluster has sealed under that name? Samples come from the drives alone.',
  input: Named,
  reply: KeyProof,
})

/** A place on the server that holds key material. Only its name and its fingerprint leave the server. */
export const KeySource = z.object({
  id: z.string(),
  label: z.string(),
  /** The only name under which its material may be imported. */
  keyName: z.string(),
  /** First 16 hex digits of HMAC-SHA256(material, "strongroom fingerprint v1 " + name). Null when it can't be read. */
  fingerprint: z.nullable(z.string()),
  /** Why it can't be used, or what to know about it. */
  warning: z.nullable(z.string()),
})
export type KeySource = z.infer<typeof KeySource>

export const readKeyImport = endpoint({
  id: 'readKeyImport',
  method: 'GET',
  path: '/key-import',
  summary: 'From where a key may be imported.',
  input: Nothing,
  reply: z.object({ sources: z.array(KeySource) }),
})

export const importKey = endpoint({
  id: 'importKey',
  method: 'POST',
  path: '/keys/:name/import',
  summary: 'Import key material from a place on the server into KES. Creates only, never replaces; then proves it.',
  input: z.extend(Named, {
    source: z.object({ kind: z.literal('server'), id: z.string().check(z.minLength(1), z.maxLength(200)) }),
  }),
  reply: z.object({ proof: KeyProof }),
  status: 201,
})
