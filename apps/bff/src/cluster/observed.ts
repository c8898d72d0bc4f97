import type { Bucket } from '@strongroom/shared/buckets'
import type { IamAudit } from '@strongroom/shared/iam'
import type { KeyProof } from '@strongroom/shared/keys'
import type { Kms } from '@strongroom/shared/kms'

/** All that the verdict and the findings are made from: what was looked at, and when. `null`: it could not be looked at. */
export interface Observed {
  readonly kms: Kms
  /** The first time in a row that no KES endpoint answered. */
  readonly kesDownSince: Date | null
  readonly audit: IamAudit | null
  /** Whether {@link audit} is for this caller: MinIO's answer to `admin:InspectData`, or none. */
  readonly drives: DriveSight
  readonly buckets: readonly Bucket[] | null
  readonly bucketsAt: Date
  /** The last proof of the default key. */
  readonly proof: KeyProof | null
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
  /** Plaintext items that may hold a secret: all but `format.json`. */
  readonly plaintextThatMatters: number
  readonly unreadable: number
  /** Names of keys other than the default one, with how many items each seals. */
  readonly otherKeys: readonly (readonly [string, number])[]
}

export function sealFigures(audit: IamAudit, defaultKey: string | null): SealFigures {
  const format = audit.byKind.find(({ kind }) => kind === 'format')
  return {
    total: audit.total,
    underRoot: audit.counts['root-credentials'],
    plaintext: audit.counts.plaintext,
    plaintextThatMatters: audit.counts.plaintext - (format?.counts.plaintext ?? 0),
    unreadable: audit.counts.unreadable,
    otherKeys: Object.entries(audit.counts.kms).filter(([name]) => name !== defaultKey),
  }
}

/** `14:02:11 UTC`. */
export const clock = (moment: Date | string) => `${new Date(moment).toISOString().slice(11, 19)} UTC`

const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`
export const items = (count: number) => plural(count, 'IAM and config item')
export const bucketCount = (count: number) => plural(count, 'bucket')
