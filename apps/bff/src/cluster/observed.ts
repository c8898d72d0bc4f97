import type { Bucket } from '@strongroom/shared/buckets'
import type { CoverageSummary } from '@strongroom/shared/coverage'
import type { ItemKind } from '@strongroom/shared/iam'
import type { KeyCanary, KeyProof } from '@strongroom/shared/keys'
import type { ConsoleIdentity, Kms } from '@strongroom/shared/kms'
import type { Finding } from '@strongroom/shared/overview'
import type { Regression, SeenAudit } from './audit-store.ts'

/** All that the verdict and the findings are made from: what was looked at, and when. `null`: it could not be looked at. */
export interface Observed {
  readonly kms: Kms
  /** The first time in a row that no KES endpoint answered. */
  readonly kesDownSince: Date | null
  readonly audit: SeenAudit | null
  /** Plaintext items that an audit before found sealed; null where there are none. */
  readonly regression: Regression | null
  /** Whether {@link audit} is for this caller: MinIO's answer to `admin:InspectData`, or none. */
  readonly drives: DriveSight
  readonly buckets: readonly Bucket[] | null
  readonly bucketsAt: Date
  /** The last proof of the default key. */
  readonly proof: KeyProof | null
  /** Of the default key; null when the console keeps none. */
  readonly canary: KeyCanary | null
  /** The default key has a second copy that a drill has proven; null when it could not be told. */
  readonly backupProven: boolean | null
  /** Canaries, marks for deletion and second copies that want attention; empty for who may not see every key. */
  readonly keyFindings: readonly Finding[]
  /** Batch jobs that were started here and want to be cleared up. */
  readonly batchFindings: readonly Finding[]
  /** Who the console is towards KES; empty for who may not ask for the KMS. */
  readonly identities: readonly ConsoleIdentity[]
  /** Legacy variables in the cluster's env file that today's server ignores in silence. */
  readonly legacyVariables: readonly string[]
  /** `MINIO_KMS_SECRET_KEY_FILE` names a file that MinIO will not find, so it starts without a KMS. */
  readonly ignoredKeyFile: boolean
  readonly defaultRootPassword: boolean
  readonly now: Date
}

/** `shown`: MinIO would let the caller read the drives; `refused`: it would not; `unasked`: it could not be asked. */
export type DriveSight = 'shown' | 'refused' | 'unasked'

/** Items by state that matter to a verdict, from the audit's counts. */
export interface SealFigures {
  readonly total: number
  readonly underRoot: number
  readonly plaintext: number
  /** Plaintext items that may hold a secret and that can be sealed: those of users, groups, policies, settings. */
  readonly plaintextThatMatters: number
  /** Remote targets of buckets, whose credentials lie in clear. */
  readonly plaintextTargets: number
  /** Files of batch jobs: MinIO seals none. */
  readonly batchJobs: number
  readonly unreadable: number
  /** Under any KMS key. */
  readonly sealed: number
  /** `format.json` in plaintext. */
  readonly plaintextFormat: number
  /** The state of site replication, which MinIO never seals. */
  readonly plaintextSites: number
  /** Names of keys other than the default one, with how many items each seals. */
  readonly otherKeys: readonly (readonly [string, number])[]
}

/** Kinds whose plaintext is told apart, or holds no secret. */
const APART: readonly ItemKind[] = ['format', 'other', 'bucket-targets', 'batch-job']

export function sealFigures(audit: SeenAudit, defaultKey: string | null): SealFigures {
  const plaintextOf = (kind: ItemKind) => audit.byKind.find((each) => each.kind === kind)?.counts.plaintext ?? 0
  return {
    total: audit.total,
    underRoot: audit.counts['root-credentials'],
    plaintext: audit.counts.plaintext,
    plaintextThatMatters: audit.counts.plaintext - APART.reduce((sum, kind) => sum + plaintextOf(kind), 0),
    plaintextTargets: plaintextOf('bucket-targets'),
    batchJobs: plaintextOf('batch-job'),
    unreadable: audit.counts.unreadable,
    sealed: Object.values(audit.counts.kms).reduce((sum, count) => sum + count, 0),
    plaintextFormat: plaintextOf('format'),
    plaintextSites: plaintextOf('other') - audit.unknownPlaintext,
    otherKeys: Object.entries(audit.counts.kms).filter(([name]) => name !== defaultKey),
  }
}

/** `14:02:11 UTC`. */
export const clock = (moment: Date | string) => `${new Date(moment).toISOString().slice(11, 19)} UTC`

export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`
export const items = (count: number) => plural(count, 'IAM and config item')

/** What the countings of objects say, of all buckets together. A prefix alone does not tell of a bucket. */
export interface ObjectFigures {
  /** Versions in plaintext, and their bytes, in the buckets that were counted. */
  readonly plain: number
  readonly plainBytes: number
  readonly counted: number
  /** Buckets that hold objects, or may, and were never counted as a whole. */
  readonly uncounted: number
  /** Versions of which MinIO did not tell. */
  readonly untold: number
}

export function objectFigures(buckets: readonly Pick<Bucket, 'coverage' | 'usage'>[]): ObjectFigures {
  const whole = buckets.flatMap(({ coverage }) => (isWhole(coverage) ? [coverage] : []))
  const sum = (of: (each: CoverageSummary) => number) => whole.reduce((total, each) => total + of(each), 0)
  return {
    plain: sum(({ plain }) => plain),
    plainBytes: sum(({ plainBytes }) => plainBytes),
    counted: whole.length,
    uncounted: buckets.filter(({ coverage, usage }) => !isWhole(coverage) && usage?.objects !== 0).length,
    untold: sum(({ unknown }) => unknown),
  }
}

const isWhole = (coverage: CoverageSummary | null): coverage is CoverageSummary =>
  coverage !== null && coverage.takenAt !== null && coverage.prefix === ''

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** `1.4 GiB`. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const value = bytes / 1024 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`
}

export const bucketCount = (count: number) => plural(count, 'bucket')
