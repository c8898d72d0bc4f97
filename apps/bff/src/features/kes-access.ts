import { readKesAccess, simulateKes } from '@strongroom/shared/kes-access'
import { readAccess, simulate } from '../cluster/kes-access.ts'
import { requireKesAccess } from '../cluster/kes-locks.ts'
import { type Console, kesLocks, requireKes } from '../console.ts'
import { bind, type Router } from '../http/bind.ts'

export function kesAccessRoutes(router: Router, console: Console) {
  bind(router, readKesAccess, async (_, c) => {
    const kes = requireKes(console)
    await requireKesAccess(kesLocks(console, c), c.var.caller)
    const { kesDoors, config } = console
    const known = { console: kesDoors.identities(), minio: kesDoors.minioIdentity() }
    return readAccess({ kes, known, keyName: config.kes?.keyName ?? null })
  })

  bind(router, simulateKes, async (supposition, c) => {
    const kes = requireKes(console)
    await requireKesAccess(kesLocks(console, c), c.var.caller)
    return simulate(kes, supposition)
  })
}
