import { AppError } from '../../errors.ts'
import { iamLoaded } from '../../minio/iam-loaded.ts'
import { readInfo } from '../../minio/info.ts'
import { keyStatus } from '../../minio/kms.ts'
import type { IamWatch } from '../iam-watch.ts'
import { observeKms } from '../kms-observation.ts'
import { KmsAway } from '../outage.ts'
import { type GuardAccess, requireMigratable, requireUndisturbed } from './guard.ts'
import { requireSameKms } from './node-guard.ts'

/**
 * Asks MinIO itself, right before anything is written, whether a rewrite would be sealed, kept and undisturbed: what a
 * page showed a moment ago is no ground to write on. KES comes first: while it is away, the other questions do harm.
 *
 * @param away whether a node that is away is in the way: see {@link requireSameKms}
 * @returns the key that items are moved to
 * @throws KmsAway, AppError `iam-not-loaded`, `unsafe-now`, `upstream-unreachable`: it may pass; `kms-not-configured`
 */
export async function requireReady(
  access: GuardAccess,
  iam: IamWatch,
  away: 'refused' | 'passed' = 'refused',
): Promise<string> {
  const { minio, credentials, namedNodes = [] } = access
  const { key, works, error } = await keyStatus(minio, credentials)
  if (!works) throw new KmsAway(`The default key ${key} does not work: ${error}.`)
  const { nodes } = await readInfo(minio, credentials)
  await requireSameKms(access, nodes, away)
  const kms = await observeKms({ minio, credentials, kes: null, kesKeyName: null, iam, namedNodes })
  const { loaded } = await iamLoaded(minio, credentials)
  const defaultKey = requireMigratable({ ...kms, iamLoaded: loaded })
  await requireUndisturbed(access)
  return defaultKey
}

/** As {@link requireReady}, in the middle of a job to `defaultKey`. @throws AppError `conflict` when it is another now */
export async function requireStillReady(access: GuardAccess, iam: IamWatch, defaultKey: string) {
  iam.forget()
  const now = await requireReady(access, iam, 'passed')
  if (now === defaultKey) return
  throw new AppError(
    'conflict',
    `MinIO’s default key is ${now} now, and this job moves to ${defaultKey}. Nothing more was written. Start anew to move everything to ${now}.`,
  )
}
