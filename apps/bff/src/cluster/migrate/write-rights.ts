import { AppError } from '../../errors.ts'
import { minioErrorIn } from '../../minio/failures.ts'
import { setGroupStatus, setUserStatus } from '../../minio/iam.ts'
import { setUserOrGroupPolicy } from '../../minio/policy-mappings.ts'
import { updateServiceAccount } from '../../minio/service-accounts.ts'
import type { AdminApi } from './item-rewrite.ts'

/** No user, group or access key has it: it holds a character that MinIO takes in none that it creates. */
const NOBODY = 'strongroom=nobody'

/**
 * Whether the caller may write what a migration writes. MinIO decides on the right before it looks for the name, so a
 * write to nobody tells: refused, or nobody found. Nothing is changed by it.
 *
 * @throws AppError `not-allowed`, which names the action
 */
export async function requireWriteRights({ minio, credentials }: AdminApi): Promise<void> {
  const asked = [
    setUserStatus(minio, credentials, NOBODY, 'enabled'),
    setGroupStatus(minio, credentials, NOBODY, 'enabled'),
    setUserOrGroupPolicy(minio, credentials, { kind: 'user', name: NOBODY, policies: ['readonly'] }),
    updateServiceAccount(minio, credentials, NOBODY, { sessionPolicy: null }),
  ]
  const answers = await Promise.allSettled(asked)
  for (const answer of answers) if (answer.status === 'rejected') requireNobodyFound(answer.reason)
}

function requireNobodyFound(error: unknown) {
  const status = minioErrorIn(error)?.status
  const found = status !== undefined && status >= 400 && status < 500 && status !== 401 && status !== 403
  if (!(error instanceof AppError) || !found) throw error
}
