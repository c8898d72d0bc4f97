import * as z from 'zod/mini'
import { endpoint, Instant, Nothing } from './endpoint.ts'

export const KmsKind = z.enum(['none', 'static', 'kes', 'other', 'unknown'])
export type KmsKind = z.infer<typeof KmsKind>

/** Where the console or MinIO reaches a key service. */
export const KmsEndpoint = z.object({
  url: z.string(),
  state: z.enum(['online', 'offline', 'unknown']),
  /** Whose view this is. */
  seenBy: z.enum(['minio', 'console']),
})

/** One KES endpoint, asked by the console itself over mTLS. */
export const KesStatus = z.object({
  url: z.string(),
  reachable: z.boolean(),
  /** The first thing that is wrong, and what to do; null when nothing is. */
  trouble: z.nullable(z.string()),
  version: z.nullable(z.string()),
  uptimeSeconds: z.nullable(z.int()),
  /** KES's own round trip to its keystore. */
  keystoreLatencyMs: z.nullable(z.number()),
  keystoreReachable: z.nullable(z.boolean()),
  /** The console's own round trip to KES. */
  latencyMs: z.nullable(z.number()),
  /** Hex SHA-256 of the console's public key, as KES policies name it. */
  identity: z.string(),
  checkedAt: Instant,
})
export type KesStatus = z.infer<typeof KesStatus>

export const KmsNode = z.object({
  endpoint: z.string(),
  state: z.string(),
  version: z.nullable(z.string()),
  uptimeSeconds: z.nullable(z.int()),
  drives: z.int(),
  drivesOnline: z.int(),
  /** KMS kind by the variables this node runs with. */
  kind: KmsKind,
  defaultKey: z.nullable(z.string()),
})

export type KmsNode = z.infer<typeof KmsNode>

export const Kms = z.object({
  /** What MinIO runs on now. */
  kind: KmsKind,
  defaultKey: z.nullable(z.string()),
  /** The default key's round trip: generate and decrypt. Null: not asked or can't be told. */
  keyWorks: z.nullable(z.boolean()),
  /** MinIO's words when the round trip failed. */
  keyError: z.nullable(z.string()),
  endpoints: z.array(KmsEndpoint),
  nodes: z.array(KmsNode),
  /** Nodes whose KMS variables differ from the others'. */
  nodesAgree: z.nullable(z.boolean()),
  autoEncryption: z.nullable(z.boolean()),
  iamLoaded: z.nullable(z.boolean()),
  /** The KES that MinIO runs on, asked by the console. */
  kes: z.nullable(z.object({ endpoints: z.array(KesStatus) })),
  /** A KES configured beside a MinIO that does not run on it yet. */
  standby: z.nullable(z.object({ endpoints: z.array(KesStatus), keyName: z.nullable(z.string()) })),
  /** What could not be asked, and why. */
  unknown: z.array(z.string()),
  checkedAt: Instant,
})
export type Kms = z.infer<typeof Kms>

export const readKms = endpoint({
  id: 'readKms',
  method: 'GET',
  path: '/kms',
  summary: 'What kind of KMS MinIO runs on, whether its default key works, and the KES beside or behind it.',
  input: Nothing,
  reply: Kms,
})
