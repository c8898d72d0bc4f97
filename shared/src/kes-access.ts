import * as z from 'zod/mini'
import { endpoint, Instant, Nothing } from './endpoint.ts'
import { Severity } from './overview.ts'

/** Something about a policy or an identity that does not mean what its author thought, or is more than it should be. */
export const KesAccessFinding = z.object({
  id: z.string(),
  severity: Severity,
  /** Name of the policy; null when it is about an identity alone. */
  policy: z.nullable(z.string()),
  identity: z.nullable(z.string()),
  /** The pattern in question, as it stands there. */
  pattern: z.nullable(z.string()),
  title: z.string(),
  detail: z.string(),
  /** The pattern to write instead; null where that is not the cure. */
  instead: z.nullable(z.string()),
})
export type KesAccessFinding = z.infer<typeof KesAccessFinding>

export const KesPolicy = z.object({
  name: z.string(),
  /** Path patterns, sorted. */
  allow: z.array(z.string()),
  deny: z.array(z.string()),
  /** Who has it, hex. */
  identities: z.array(z.string()),
  createdAt: z.nullable(Instant),
})
export type KesPolicy = z.infer<typeof KesPolicy>

export const KesIdentityInfo = z.object({
  /** Hex SHA-256 of the public key. */
  identity: z.string(),
  admin: z.boolean(),
  policy: z.nullable(z.string()),
  /** Who it is, as far as the console knows. */
  known: z.nullable(z.enum(['console', 'console-prove', 'console-import', 'console-delete', 'minio'])),
})
export type KesIdentityInfo = z.infer<typeof KesIdentityInfo>

export const KesAccess = z.object({
  policies: z.array(KesPolicy),
  identities: z.array(KesIdentityInfo),
  /** Worst first. */
  findings: z.array(KesAccessFinding),
  /** What KES did not let the console read, and the lines that would. */
  unknown: z.array(z.string()),
  /** The endpoint that was asked: policies are those of its own configuration. */
  endpoint: z.string(),
  readAt: Instant,
})
export type KesAccess = z.infer<typeof KesAccess>

export const readKesAccess = endpoint({
  id: 'readKesAccess',
  method: 'GET',
  path: '/kes/access',
  summary: 'Policies and identities as this KES has loaded them, with what is wrong about them.',
  input: Nothing,
  reply: KesAccess,
})

/** What can be asked of KES. Those with a key name end in it. */
export const KesAct = z.enum([
  'create',
  'import',
  'describe',
  'list',
  'delete',
  'generate',
  'encrypt',
  'decrypt',
  'hmac',
  'policy-describe',
  'policy-read',
  'policy-list',
  'identity-describe',
  'identity-list',
  'status',
  'ready',
  'metrics',
  'api',
  'log-audit',
  'log-error',
])
export type KesAct = z.infer<typeof KesAct>

export const Simulation = z.object({
  /** The path that KES would look up. */
  path: z.string(),
  allowed: z.boolean(),
  /** The line that says so; null: no line does, and then KES denies. */
  line: z.nullable(z.object({ policy: z.string(), list: z.enum(['allow', 'deny']), pattern: z.string() })),
  detail: z.string(),
})
export type Simulation = z.infer<typeof Simulation>

export const simulateKes = endpoint({
  id: 'simulateKes',
  method: 'POST',
  path: '/kes/simulations',
  summary: 'May this identity do this, on this key? Answered from the policies as loaded, with the line that says so.',
  input: z.object({
    identity: z.string().check(z.minLength(1), z.maxLength(200)),
    act: KesAct,
    /** Key, policy or identity name, or the prefix of a listing. */
    name: z._default(z.string().check(z.maxLength(200)), ''),
  }),
  reply: Simulation,
})
