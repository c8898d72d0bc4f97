import { readKms } from '@strongroom/shared/kms'
import { observeKms } from '../cluster/kms-observation.ts'
import { type Console, minioFor } from '../console.ts'
import { bind, type Router } from '../http/bind.ts'

export function kmsRoutes(router: Router, console: Console) {
  bind(router, readKms, async (_, c) => {
    const { kes, iam, config, kesWatch } = console
    const kms = await observeKms({ ...minioFor(console, c), kes, kesKeyName: config.kes?.keyName ?? null, iam })
    kesWatch.note(kms)
    return kms
  })
}
