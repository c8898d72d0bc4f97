import * as z from 'zod/mini'
import { endpoint, Instant, Nothing } from './endpoint.ts'
import { SealCounts } from './seal.ts'

export const Severity = z.enum(['critical', 'warning', 'info'])
export type Severity = z.infer<typeof Severity>

export const Finding = z.object({
  id: z.string(),
  severity: Severity,
  title: z.string(),
  detail: z.string(),
  /** What to do, and where: a path of the web app below its base. */
  action: z.object({ label: z.string(), href: z.nullable(z.string()) }),
})
export type Finding = z.infer<typeof Finding>

export const Overview = z.object({
  /** Which state of the cluster the sentence tells. */
  verdict: z.object({
    id: z.enum([
      'iam-not-loaded',
      'wrong-key',
      'kes-down',
      'kes-cached-only',
      'kes-partly',
      'root-credentials',
      'plaintext-iam',
      'no-kms',
      'static-key',
      'mixed-keys',
      'buckets-open',
      'objects-plain',
      'not-verified',
      'expiring',
      'no-backup',
      'sealed',
    ]),
    sentence: z.string(),
    /** "x of y observed, read at …, via …". */
    evidence: z.string(),
    severity: z.enum(['critical', 'warning', 'info', 'good']),
  }),
  /** Worst first. */
  findings: z.array(Finding),
  kms: z.object({
    kind: z.string(),
    defaultKey: z.nullable(z.string()),
    keyWorks: z.nullable(z.boolean()),
    standby: z.boolean(),
  }),
  /** Null: they could not be read. */
  buckets: z.nullable(z.object({ total: z.int(), encrypting: z.int(), unknown: z.int() })),
  /** Null until the drives were read. */
  iam: z.nullable(
    z.object({
      takenAt: Instant,
      counts: SealCounts,
      total: z.int(),
      toMove: z.int(),
      defaultKey: z.nullable(z.string()),
    }),
  ),
  /** Null: not asked or refused. */
  keys: z.nullable(z.object({ total: z.int() })),
  checkedAt: Instant,
})
export type Overview = z.infer<typeof Overview>

export const readOverview = endpoint({
  id: 'readOverview',
  method: 'GET',
  path: '/overview',
  summary: 'The verdict on the cluster, and the findings, worst first.',
  input: Nothing,
  reply: Overview,
})
