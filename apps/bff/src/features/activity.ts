import { type Activity, BUCKET_ACTS, KEY_ACTS, listActivity } from '@strongroom/shared/activity'
import { KeyName } from '@strongroom/shared/keys'
import { requireListKeys, visibleNames } from '../cluster/kes-locks.ts'
import { type Console, driveSight, kesLocks } from '../console.ts'
import { bind, type Router } from '../http/bind.ts'
import type { RequestContext } from '../http/env.ts'

export function activityRoutes(router: Router, console: Console) {
  bind(router, listActivity, async (page, c) => {
    await requireListKeys(kesLocks(console, c), c.var.caller)
    const { activity, ...next } = await console.trail.list(page)
    return { activity: await visible(console, c, activity), ...next }
  })
}

const onKey = new Set<string>(KEY_ACTS)
const onBucket = new Set<string>(BUCKET_ACTS)

/**
 * What was done to a key is shown to whom the key is shown; what was done to a bucket to who did it, and to who may read the
 * drives. Drills and the rules of the house are about neither.
 */
async function visible(console: Console, c: RequestContext, activity: readonly Activity[]): Promise<Activity[]> {
  // A line may name what can be no key: it was refused.
  const isKey = ({ act, target }: Activity) => onKey.has(act) && KeyName.safeParse(target).success
  const names = [...new Set(activity.filter(isKey).map(({ target }) => target))]
  const shown = new Set(await visibleNames(kesLocks(console, c), c.var.caller, names))
  const buckets = activity.some(({ act }) => onBucket.has(act)) && (await driveSight(console, c)) === 'shown'
  return activity.filter((entry) => {
    if (onBucket.has(entry.act)) return buckets || entry.account === c.var.caller.account
    return !isKey(entry) || shown.has(entry.target)
  })
}
