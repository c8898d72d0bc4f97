import { readRootRotation } from '@strongroom/shared/iam'
import { judgeRootRotation, type RootRotationGround } from '../cluster/root-rotation.ts'
import { type Console, minioFor, requireDriveReading } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'
import { listServiceAccountKeys } from '../minio/access-keys.ts'
import { listUsers } from '../minio/iam.ts'

export function rootRotationRoutes(router: Router, console: Console) {
  bind(router, readRootRotation, async (_, c) => {
    await requireDriveReading(console, c)
    await console.audits.refresh()
    const rootAccounts = await accountsOfRoot(console, c)
    return judgeRootRotation({ latest: console.audits.latest, rootAccounts, now: new Date() })
  })
}

/** The root user is the one account with access keys that is no user. */
async function accountsOfRoot(console: Console, c: RequestContext): Promise<RootRotationGround['rootAccounts']> {
  const { minio, credentials } = minioFor(console, c)
  try {
    const [keys, users] = await Promise.all([listServiceAccountKeys(minio, credentials), listUsers(minio, credentials)])
    return [...keys].filter(([name]) => !users.has(name)).flatMap(([, accessKeys]) => accessKeys)
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'session-expired') throw error
    return { unknown: error.detail }
  }
}
