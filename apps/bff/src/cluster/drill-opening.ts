import type { Drill } from '@strongroom/shared/drills'
import { isOldForm } from '../crypto/data-key.ts'
import { AppError } from '../errors.ts'
import { saidKes } from '../kes/answer.ts'
import { decryptDataKey } from '../kes/keys.ts'
import type { Kes } from '../kes/transport.ts'
import { groupBy } from './group-by.ts'
import type { SealedSample } from './sealed-sample.ts'

/** `unknown`: no key of today opens it, or KES takes no key of such a name, so it says nothing of the backup. */
export type DrillOutcome = 'opened' | 'not-authentic' | 'key-missing' | 'unknown'

export interface Tried {
  readonly sample: SealedSample
  readonly outcome: DrillOutcome
}

/**
 * Has KES open one sealed data key; what it opens is wiped at once.
 *
 * @throws AppError where KES can't be asked, or its policy does not let the console ask
 */
export async function tryToOpen(kes: Kes, { keyName, sealedKey, context }: SealedSample): Promise<DrillOutcome> {
  if (isOldForm(sealedKey)) return 'unknown'
  try {
    using _key = await decryptDataKey(kes, keyName, sealedKey, context)
    return 'opened'
  } catch (error) {
    if (saidKes(error, 'notAuthentic')) return 'not-authentic'
    if (saidKes(error, 'noKey')) return 'key-missing'
    // A static key may have a name that KES takes for none.
    if (error instanceof AppError && error.code === 'invalid-input') return 'key-missing'
    throw error
  }
}

export type DrilledKeys = Drill['byKey']

/** What was found, key by key, in the order of their names. */
export function verdictsOf(tried: readonly Tried[]): DrilledKeys {
  const byKey = groupBy(tried, ({ sample }) => sample.keyName)
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, found]) => verdictOf(name, found))
}

function verdictOf(name: string, tried: readonly Tried[]): DrilledKeys[number] {
  const count = (wanted: DrillOutcome) => tried.filter(({ outcome }) => outcome === wanted).length
  const [opened, missing] = [count('opened'), count('key-missing')]
  const failed = missing + count('not-authentic')
  const verdict =
    missing > 0 ? 'key-missing' : failed > 0 ? 'wrong-material' : opened > 0 ? 'proven' : 'nothing-to-open'
  return { name, verdict, opened, failed }
}
