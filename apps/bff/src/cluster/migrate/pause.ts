import { AppError } from '../../errors.ts'
import type { Progress } from '../../jobs/job.ts'
import { type Outage, outageIn } from '../outage.ts'
import { unlessStopped } from '../stopping.ts'
import { waitOut } from '../wait-out.ts'
import type { RunScope } from './run-scope.ts'

/** Does what writes nothing; when it can't for now, waits and does it again. */
export async function* patiently<T>(scope: RunScope, act: () => Promise<T>): AsyncGenerator<Progress, T> {
  for (;;) {
    scope.signal.throwIfAborted()
    try {
      return await unlessStopped(scope.signal, act())
    } catch (error) {
      scope.signal.throwIfAborted()
      const outage = outageIn(error)
      if (outage === null) throw error
      yield* pause(scope, outage, error)
    }
  }
}

/** Stands still until what is away is back. */
export async function* pause(scope: RunScope, outage: Outage, error: unknown): AsyncGenerator<Progress, void> {
  const { signal, resumed, access, ledger, reporter } = scope
  const tell = async (text: string) => {
    ledger.tell(text)
    await reporter.keep('paused', text)
  }
  const waiting = { signal, resumed, requireReady: scope.requireStillReady, hasEnded: access.hasEnded, tell }
  yield* waitOut(waiting, outage, wordsFor(error))
  yield { ...ledger.progress('Goes on.'), credentialsUntil: access.until?.toISOString() ?? null }
}

/** What a job says of a failure. */
export function wordsFor(error: unknown): string {
  if (error instanceof AppError) return error.detail
  return error instanceof DOMException ? error.message : 'The console failed. See its log.'
}
