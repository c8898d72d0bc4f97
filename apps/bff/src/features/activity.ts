import { type Activity, listActivity } from '@strongroom/shared/activity'
import { KeyName } from '@strongroom/shared/keys'
import { requireListKeys, visibleNames } from '../cluster/kes-locks.ts'
import { type Console, kesLocks } from '../console.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'

export function activityRoutes(router: Router, console: Console) {
  bind(router, listActivity, async (page, c) => {
    await requireListKeys(kesLocks(console, c), c.var.caller)
    const { activity, ...next } = await console.trail.list(page)
    return { activity: await visible(console, c, activity), ...next }
  })
}

/** What was done to a key is shown to whom the key is shown. A drill is about no key. */
async function visible(console: Console, c: RequestContext, activity: readonly Activity[]): Promise<Activity[]> {
  const isKey = ({ act, target }: Activity) => act !== 'drill' && KeyName.safeParse(target).success
  const names = [...new Set(activity.filter(isKey).map(({ target }) => target))]
  const shown = new Set(await visibleNames(kesLocks(console, c), c.var.caller, names))
  return activity.filter((entry) => !isKey(entry) || shown.has(entry.target))
}
