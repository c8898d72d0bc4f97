import type { KeyName } from '@strongroom/shared/keys'
import { AppError } from '../../errors.ts'
import { requireCreateKey } from '../kes-locks.ts'
import { type KeyMaking, keyExists, makeKey } from '../make-key.ts'
import { outageIn } from '../outage.ts'

const ASKED_AT_ONCE = 16

/**
 * Makes each key that is asked for once, however many buckets ask for it, through the locks and the audit trail that every new
 * key goes through: more than five minutes after the sign-in none is made any more. One that could not be made is not tried
 * again in the same run.
 */
export function keyMaker(making: KeyMaking): (name: KeyName) => Promise<void> {
  const made = new Map<KeyName, Promise<void>>()
  return (name) => {
    const known = made.get(name)
    if (known !== undefined) return known
    const attempt = makeKey(making, name, ', for buckets that were to use it').catch((error: unknown) => {
      if (outageIn(error) === 'minio') made.delete(name)
      throw overSession(error)
    })
    made.set(name, attempt)
    return attempt
  }
}

/**
 * Keys are made only within minutes of a sign-in: whoever has to sign in again for that is told before the run begins, where one
 * of these keys is missing.
 *
 * @throws AppError `sign-in-again`
 */
export async function requireSignInFor({ locks, caller, kes }: KeyMaking, names: readonly KeyName[]): Promise<void> {
  if (names[0] === undefined) return
  const tooLate = await requireCreateKey(locks, caller, names[0]).then(() => null, signInAgain)
  if (tooLate === null) return
  for (let at = 0; at < names.length; at += ASKED_AT_ONCE) {
    const there = names.slice(at, at + ASKED_AT_ONCE).map((name) => keyExists(kes('observe'), name))
    if ((await Promise.all(there)).includes(false)) throw tooLate
  }
}

/** Every other refusal is for the buckets that wait for the key. */
const signInAgain = (error: unknown) => (error instanceof AppError && error.code === 'sign-in-again' ? error : null)

/** The run may go on under other credentials by then; keys are made under those of who started it. */
function overSession(error: unknown): unknown {
  if (!(error instanceof AppError) || outageIn(error) !== 'sign-in') return error
  return new AppError(
    'sign-in-again',
    'The key was not made: the session that started the run has ended. Sign in, and start a run of these buckets anew.',
    { cause: error },
  )
}
