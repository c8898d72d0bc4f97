import { minioErrorIn } from './failures.ts'
import type { Credentials, Minio } from './transport.ts'
import { findElement, findText, parseXml, type XmlElement } from './xml.ts'

const TIMEOUT_MS = 10_000

export interface Versioning {
  readonly state: 'off' | 'on' | 'suspended'
  /** Below some prefixes, or for folders, no versions are kept: MinIO's `ExcludedPrefixes` and `ExcludeFolders`. */
  readonly excepts: boolean
}

/** Whether a bucket keeps versions; s3:GetBucketVersioning */
export async function readVersioning(minio: Minio, credentials: Credentials, bucket: string): Promise<Versioning> {
  const configuration = await setting(minio, credentials, bucket, {
    name: 'versioning',
    action: 's3:GetBucketVersioning',
    absent: '',
  })
  const status = configuration && findText(configuration, 'Status')
  const excepts =
    configuration !== null &&
    (findElement(configuration, 'ExcludedPrefixes') !== undefined ||
      findText(configuration, 'ExcludeFolders') === 'true')
  return { state: status === 'Enabled' ? 'on' : status === 'Suspended' ? 'suspended' : 'off', excepts }
}

/** One rule that is switched on. Days count from the time of writing; null: the rule does no such thing, or names a date. */
export interface LifecycleRule {
  readonly id: string
  readonly prefix: string
  readonly expires: boolean
  readonly expiryDays: number | null
  readonly olderExpiryDays: number | null
  /** So many older versions of each object stay: one more pushes the oldest out. */
  readonly olderKept: number | null
  /** The tier that it moves objects to, also versions that are not current. */
  readonly tier: string | null
}

/** The lifecycle rules of a bucket, none where it has no configuration; s3:GetLifecycleConfiguration */
export async function readLifecycle(
  minio: Minio,
  credentials: Credentials,
  bucket: string,
): Promise<readonly LifecycleRule[]> {
  const configuration = await setting(minio, credentials, bucket, {
    name: 'lifecycle',
    action: 's3:GetLifecycleConfiguration',
    absent: 'NoSuchLifecycleConfiguration',
  })
  const rules = configuration?.children.filter(({ name }) => name === 'Rule') ?? []
  return rules.filter((rule) => findText(rule, 'Status') === 'Enabled').map(ruleIn)
}

function ruleIn(rule: XmlElement): LifecycleRule {
  const [expiry, older] = [findElement(rule, 'Expiration'), findElement(rule, 'NoncurrentVersionExpiration')]
  const transition = findElement(rule, 'Transition') ?? findElement(rule, 'NoncurrentVersionTransition')
  return {
    id: findText(rule, 'ID') ?? '',
    prefix: findText(rule, 'Prefix') ?? '',
    expires: expiry !== undefined && (findText(expiry, 'Days') ?? findText(expiry, 'Date')) !== undefined,
    expiryDays: numberIn(expiry, 'Days'),
    olderExpiryDays: numberIn(older, 'NoncurrentDays'),
    olderKept: numberIn(older, 'NewerNoncurrentVersions'),
    tier: (transition && findText(transition, 'StorageClass')) ?? null,
  }
}

const numberIn = (element: XmlElement | undefined, name: string) => {
  const text = element && findText(element, name)
  return text === undefined ? null : Number(text)
}

/** The events that a bucket tells to somebody, `s3:ObjectCreated:*` say; s3:GetBucketNotification */
export async function readNotifiedEvents(minio: Minio, credentials: Credentials, bucket: string): Promise<string[]> {
  const configuration = await setting(minio, credentials, bucket, {
    name: 'notification',
    action: 's3:GetBucketNotification',
    absent: '',
  })
  const targets = configuration?.children ?? []
  return targets.flatMap(({ children }) => children.filter(({ name }) => name === 'Event').map(({ text }) => text))
}

interface Setting {
  /** The query that asks for it. */
  readonly name: string
  readonly action: string
  /** The code that MinIO refuses with where there is none. */
  readonly absent: string
}

async function setting(minio: Minio, credentials: Credentials, bucket: string, { name, action, absent }: Setting) {
  try {
    const call = { method: 'GET', path: `/${bucket}`, query: { [name]: '' } } as const
    const { bytes } = await minio.send({ ...call, credentials, action, timeoutMs: TIMEOUT_MS })
    return parseXml(Buffer.from(bytes).toString()).children.at(-1) ?? null
  } catch (error) {
    if (absent !== '' && minioErrorIn(error)?.code === absent) return null
    throw error
  }
}
