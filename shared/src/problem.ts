import * as z from 'zod/mini'

/** Every failure a person can meet. The BFF raises a code, the web app switches on it; nothing else is compared. */
export const problems = {
  'invalid-input': { status: 400, title: 'Some values are not valid' },
  'not-signed-in': { status: 401, title: 'Sign in first' },
  'wrong-credentials': { status: 401, title: 'MinIO refused these credentials' },
  'session-expired': { status: 401, title: 'The session has ended' },
  'sign-in-again': { status: 403, title: 'Sign in again for this' },
  'not-allowed': { status: 403, title: 'Not allowed' },
  'foreign-origin': { status: 403, title: 'The request came from another site' },
  'not-found': { status: 404, title: 'Not found' },
  'no-audit-yet': { status: 404, title: 'The drives have not been read yet' },
  'already-exists': { status: 409, title: 'The name is taken' },
  conflict: { status: 409, title: 'Something else changed it first' },
  'kms-not-configured': { status: 409, title: 'MinIO has no KMS' },
  'kes-not-configured': { status: 409, title: 'The console has no KES' },
  'iam-not-loaded': { status: 409, title: 'MinIO has not loaded its users' },
  'unsafe-now': { status: 409, title: 'This is not safe now' },
  'too-large': { status: 413, title: 'The request is too large' },
  'unsupported-body': { status: 415, title: 'Only JSON is taken' },
  'rate-limited': { status: 429, title: 'Too many attempts' },
  internal: { status: 500, title: 'The console failed' },
  'upstream-failed': { status: 502, title: 'A server behind the console refused or failed' },
  'clock-skew': { status: 502, title: 'The clocks differ too much' },
  'upstream-unreachable': { status: 504, title: 'A server behind the console cannot be reached' },
} as const

export type ProblemCode = keyof typeof problems

const TYPE_PREFIX = 'urn:strongroom:'
export const problemType = (code: ProblemCode) => `${TYPE_PREFIX}${code}`

/** RFC 9457 problem details. `errors` points at members of the input, with JSON pointers. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  /** The request id, which the log carries too. */
  instance: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
})
export type Problem = z.infer<typeof Problem>

/** The code inside `type`; `internal` for a type this version does not know. */
export function problemCode({ type }: Pick<Problem, 'type'>): ProblemCode {
  const code = type.slice(TYPE_PREFIX.length)
  return type.startsWith(TYPE_PREFIX) && code in problems ? (code as ProblemCode) : 'internal'
}
