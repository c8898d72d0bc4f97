import { type HouseRule, readHousePolicy, setHousePolicy } from '@strongroom/shared/house-policy'
import { requireHouseEditor } from '../cluster/buckets/house-editors.ts'
import { wrongKey } from '../cluster/buckets/key-template.ts'
import { type Console, intentOf, kesLocks } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'

export function housePolicyRoutes(router: Router, console: Console) {
  const { house, trail } = console

  bind(router, readHousePolicy, () => house.read())

  bind(router, setHousePolicy, async ({ rules, revision }, c) => {
    const { caller } = c.var
    await requireHouseEditor(kesLocks(console, c), caller)
    requireWhole(rules)
    return trail.recorded(
      intentOf(c, 'set-house-policy', 'house-policy'),
      () => house.set(rules, revision, caller.account),
      () => rules.map(inWords).join('; ') || 'No rules any more.',
    )
  })
}

/** @throws AppError `invalid-input` for a rule that no bucket could follow */
function requireWhole(rules: readonly HouseRule[]) {
  const fields = rules.flatMap(({ mode, key }, at) => wrongKey(`/rules/${at}/key`, mode, key))
  if (fields.length > 0) throw new AppError('invalid-input', 'Check the marked fields.', { fields })
}

const inWords = ({ pattern, mode, key }: HouseRule) => `${pattern}: ${mode}${key === undefined ? '' : ` with ${key}`}`
