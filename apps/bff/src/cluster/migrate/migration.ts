import { setTimeout as sleep } from 'node:timers/promises'
import type { Progress, Work } from '../../jobs/job.ts'
import type { AuditResult } from '../audit.ts'
import { closing } from './closing.ts'
import { estimateSeconds } from './estimate.ts'
import { Digester } from './item-digest.ts'
import { moveItems } from './move-items.ts'
import { patiently, wordsFor } from './pause.ts'
import { inOrder, planOf } from './plan.ts'
import { Reporter } from './reporter.ts'
import type { RewriteScope } from './rewrite-item.ts'
import type { MigrationScope, RunScope } from './run-scope.ts'
import { nowMs, WriteClock } from './write-clock.ts'

/**
 * Moves every movable item to the default key. The drives say what is left, so a run after a stop or a crash goes on
 * where that was; each rewrite is one atomic write by MinIO, so no moment leaves an item unreadable. Whatever happens, a
 * report tells it.
 */
export const migrationWork = (scope: MigrationScope): Work =>
  async function* (signal, resumed) {
    const reporter = new Reporter(scope.ledger, scope.keepReport)
    let message = ''
    try {
      for await (const progress of migrate({ ...scope, signal, resumed, reporter })) {
        if (progress.message !== undefined) message = progress.message
        yield progress
      }
      await reporter.close('done', message)
    } catch (error) {
      await reporter.close(signal.aborted && error === signal.reason ? 'cancelled' : 'failed', wordsFor(error))
      throw error
    }
  }

async function* migrate(scope: RunScope): AsyncGenerator<Progress, void> {
  const { ledger, access, reporter } = scope
  const { header } = ledger
  yield { message: 'Reading the drives.', credentialsUntil: access.until?.toISOString() ?? null }
  const first = yield* patiently(scope, () => scope.audit(scope.signal))
  const plan = planOf(first.items, header.defaultKey, scope.earlier.stoppedAt)
  const toDo = header.pilot ? plan.pilot : inOrder(plan)
  ledger.plan(first, plan, toDo)
  ledger.tellDrives('At the start', first.audit)
  ledger.tellEarlier(scope.earlier, first.items)
  await reporter.keep('running', 'Running.')
  const message = `${toDo.length} items to move ${ledger.way}.`
  yield { ...ledger.progress(message), sealsBefore: first.audit.counts, total: toDo.length, hasReport: true }
  const batches = batchScope(scope, first)
  if (header.dryRun) {
    const secondsLeft = yield* patiently(scope, () => estimateSeconds(batches, toDo))
    ledger.after = first.audit.counts
    await scope.keepAudit(first)
    yield { secondsLeft, message: closing(ledger, first) }
    return
  }
  try {
    yield* moveItems(scope, batches, header.pilot ? { pilot: plan.pilot, rest: [] } : plan)
  } catch (error) {
    ledger.tellLeft()
    yield await seen(scope)
    throw error
  }
  yield { ...ledger.progress('Reading the drives again.') }
  const last = yield* patiently(scope, () => scope.audit(scope.signal))
  ledger.after = last.audit.counts
  ledger.tellLeft()
  ledger.tellDrives('At the end', last.audit)
  await scope.keepAudit(last)
  yield { seals: last.audit.counts, message: closing(ledger, last) }
}

/** After a stop the pages and the report show what the drives hold now; that they can't be read hides no reason for the stop. */
async function seen({ audit, keepAudit, ledger, signal }: RunScope): Promise<Progress> {
  const patience = new AbortController()
  const tooLong = sleep(signal.aborted ? CANCELLED_MS : STOPPED_MS, null, { signal: patience.signal })
  try {
    const result = await Promise.race([audit(patience.signal), tooLong])
    if (result === null) return {}
    ledger.after = result.audit.counts
    ledger.tellDrives('At the end', result.audit)
    await keepAudit(result)
    return { seals: result.audit.counts }
  } catch {
    return {}
  } finally {
    patience.abort()
    await tooLong.catch(() => null)
  }
}

/** Whoever stops a job does not wait for long readings. */
const CANCELLED_MS = 2_000
const STOPPED_MS = 60_000

function batchScope({ access, keys, ledger, lease, signal }: RunScope, { audit, items }: AuditResult): RewriteScope {
  return {
    keys,
    digester: new Digester(),
    clock: new WriteClock(),
    reader: access.reader,
    api: access.reader,
    volume: audit.volume,
    known: items.map(({ path }) => path),
    layout: { partsApart: false },
    defaultKey: ledger.header.defaultKey,
    signal,
    requireHeld: lately(async () => lease?.requireHeld()),
    readBack: (path, copies, drives) => ledger.readBack(path, copies, drives),
  }
}

/** So many milliseconds a lease that was held is held for sure; it is lost only after seconds of quiet. */
const HELD_MS = 100

/** Asks once for all writes of a moment: each question is a write to the state folder. */
function lately(ask: () => Promise<void>): () => Promise<void> {
  let [askedMs, asked] = [Number.NEGATIVE_INFINITY, Promise.resolve()]
  return () => {
    if (nowMs() - askedMs > HELD_MS) [askedMs, asked] = [nowMs(), ask()]
    return asked
  }
}
