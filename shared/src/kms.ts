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

/** One hop on the way to a data key, in this order: the first that is broken is what to look at. */
export const KesHop = z.object({
  hop: z.enum([
    'address',
    'connection',
    'server-certificate',
    'client-certificate',
    'clock',
    'policy',
    'keystore',
    'default-key',
  ]),
  /** `not-reached`: an earlier hop is broken; `unknown`: it could not be asked. */
  state: z.enum(['holds', 'broken', 'not-reached', 'unknown']),
  /** What was seen. */
  detail: z.string(),
  /** What to do; null where nothing is to be done. */
  cure: z.nullable(z.string()),
})
export type KesHop = z.infer<typeof KesHop>

export const CertificateState = z.object({
  subject: z.string(),
  notBefore: Instant,
  notAfter: Instant,
  /** Whole days; negative once expired. */
  daysLeft: z.int(),
  /** `info` at 30 days, `warning` at 7, `critical` at 1 or less; null while there is time. */
  severity: z.nullable(z.enum(['info', 'warning', 'critical'])),
})
export type CertificateState = z.infer<typeof CertificateState>

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
  hops: z.array(KesHop),
  /** What the endpoint shows as its own; null when it could not be seen. */
  serverCertificate: z.nullable(CertificateState),
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
  /** KES answers, but its keystore does not: what it still holds in memory works for a while. */
  cachedOnly: z.nullable(z.object({ since: Instant, until: z.nullable(Instant), detail: z.string() })),
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

/** For what the console shows itself to KES. Without one of its own, `prove` and `import` go under `observe`; `delete` has no stand-in. */
export const KesRole = z.enum(['observe', 'prove', 'import', 'delete'])
export type KesRole = z.infer<typeof KesRole>

/** One identity of the console towards KES; only its public parts. */
export const ConsoleIdentity = z.object({
  role: KesRole,
  /** Hex SHA-256 of the public key; null while its files can't be used. */
  identity: z.nullable(z.string()),
  kind: z.enum(['api-key', 'certificate']),
  /** Of a certificate; an API key has none that expires. */
  certificate: z.nullable(CertificateState),
  /** How the private key lies in its file. MinIO itself opens only `plain` and `rfc1423`. */
  keyForm: z.nullable(z.enum(['plain', 'rfc1423', 'pkcs8-encrypted'])),
  /** What is wrong with it, or what to know; null when nothing. */
  warning: z.nullable(z.string()),
  /** Since when the console has used it: files are read again when they change. */
  loadedAt: z.nullable(Instant),
  /** Its policy in KES; null when it has none or the console may not ask. */
  policy: z.nullable(z.string()),
  /** What KES lets it do beyond its role. */
  excess: z.array(z.string()),
})
export type ConsoleIdentity = z.infer<typeof ConsoleIdentity>

export const readConsoleIdentities = endpoint({
  id: 'readConsoleIdentities',
  method: 'GET',
  path: '/kms/identities',
  summary:
    'Who the console is towards KES, when its certificates end, and what its identities can do beyond their role.',
  input: Nothing,
  reply: z.object({ identities: z.array(ConsoleIdentity) }),
})

export const checkCertificate = endpoint({
  id: 'checkCertificate',
  method: 'POST',
  path: '/kms/certificate-check',
  summary:
    'Will this new certificate keep the identity? Public part only: anything with a private key is refused unread.',
  input: z.object({ pem: z.string().check(z.minLength(1, 'Give a certificate in PEM form'), z.maxLength(32_768)) }),
  reply: z.object({
    identity: z.string(),
    /** Roles of the console, and MinIO where its certificate is known here, that have this identity now. */
    sameAs: z.array(z.enum(['observe', 'prove', 'import', 'delete', 'minio'])),
    certificate: CertificateState,
    /** Why KES would not take it, or what will surprise; empty when nothing. */
    troubles: z.array(z.string()),
  }),
})

/** What the console saw at one moment. A missed look is a gap: all null. */
export const KesPoint = z.object({
  at: Instant,
  latencyMs: z.nullable(z.number()),
  keystoreLatencyMs: z.nullable(z.number()),
  /** Per second since the point before, from KES's own counters. */
  requests: z.nullable(z.number()),
  /** Of those, answered with 4xx or 5xx. Refusals by policy are in no counter of KES. */
  errors: z.nullable(z.number()),
  p50Ms: z.nullable(z.number()),
  p90Ms: z.nullable(z.number()),
  p99Ms: z.nullable(z.number()),
})
export type KesPoint = z.infer<typeof KesPoint>

export const readKesHistory = endpoint({
  id: 'readKesHistory',
  method: 'GET',
  path: '/kms/history',
  summary: 'Latency and traffic of each KES endpoint over the last hour, from when the console began to watch.',
  input: Nothing,
  reply: z.object({
    since: z.nullable(Instant),
    everySeconds: z.int(),
    endpoints: z.array(z.object({ url: z.string(), points: z.array(KesPoint) })),
  }),
})
