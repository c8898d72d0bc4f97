import { readKms } from '@strongroom/shared/kms'
import { type Console, kmsNow } from '../console.ts'
import { bind, type Router } from '../http/bind.ts'

export function kmsRoutes(router: Router, console: Console) {
  bind(router, readKms, async (_, c) => {
    const kms = await kmsNow(console, c)
    console.kesWatch.note(kms)
    return kms
  })
}
