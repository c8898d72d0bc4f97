import { checkCertificate, readConsoleIdentities, readKesHistory, readKms } from '@strongroom/shared/kms'
import { checkKesCertificate } from '../cluster/kes-certificate-check.ts'
import { withKesRights } from '../cluster/kes-excess.ts'
import { requireKesAccess } from '../cluster/kes-locks.ts'
import { waitsForKes } from '../cluster/waits-for-kes.ts'
import { type Console, kesLocks, kmsNow, minioFor } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'

export function kmsRoutes(router: Router, console: Console) {
  const mayKnowKes = (c: RequestContext) => requireKesAccess(kesLocks(console, c), c.var.caller)

  bind(router, readKms, async (_, c) => {
    const kms = await kmsNow(console, c)
    console.kesWatch.note(kms)
    return kms
  })

  bind(router, readConsoleIdentities, async (_, c) => {
    await mayKnowKes(c)
    return { identities: await identitiesNow(console) }
  })

  bind(router, checkCertificate, async ({ pem }, c) => {
    const own = console.kesDoors.identities().map(({ role, identity }) => ({ role, identity }))
    const known = [...own, { role: 'minio' as const, identity: console.kesDoors.minioIdentity() }]
    const checked = checkKesCertificate(pem, known)
    await mayKnowKes(c)
    return checked
  })

  bind(router, readKesHistory, async (_, c) => {
    await requireKmsView(console, c)
    return console.kesHistory.read()
  })
}

/** Who the console is, and what KES says of it as far as it says anything. */
async function identitiesNow({ kesDoors, kes, log }: Console) {
  const identities = kesDoors.identities()
  if (kes === null) return identities
  try {
    return await withKesRights(kes, identities)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    log.info({ err: error }, 'KES was not asked for the rights of the console’s identities')
    return identities
  }
}

/**
 * As for the rest of the page: to those whom MinIO tells of its KMS. While KES hangs MinIO does not say, and the history
 * is what one wants to see.
 *
 * @throws AppError `not-allowed`
 */
async function requireKmsView(console: Console, c: RequestContext): Promise<void> {
  const { minio, credentials } = minioFor(console, c)
  try {
    await console.lastTold.status(minio, credentials)
  } catch (error) {
    if (waitsForKes(error)) return requireKesAccess(kesLocks(console, c), c.var.caller)
    if (!(error instanceof AppError) || error.code !== 'kms-not-configured') throw error
  }
}
