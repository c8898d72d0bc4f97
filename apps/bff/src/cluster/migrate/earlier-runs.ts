import { type Job, jobEnded } from '@strongroom/shared/jobs'
import type { ReportStore } from './report-store.ts'

/** The message of a run whose console was killed, as it is written later. */
const KILLED =
  'The console was stopped in the middle. What was done stays done; this tells of all but the last few seconds.'

/** The runs since the last one that did everything; dry ones apart. */
export interface EarlierRuns {
  /** How many were killed with the console. */
  readonly killed: number
  /** When the last of these was last heard of. */
  readonly lastKilledAt: string | null
  /** Paths at which a run stopped. */
  readonly stoppedAt: ReadonlySet<string>
}

export async function earlierRuns(reports: ReportStore): Promise<EarlierRuns> {
  const heads = (await reports.list()).filter(({ dryRun }) => !dryRun)
  const last = heads.findIndex(({ state, pilot }) => state === 'done' && !pilot)
  const since = last < 0 ? heads : heads.slice(0, last)
  const killed = since.filter(({ message }) => message === KILLED)
  return {
    killed: killed.length,
    lastKilledAt: killed[0]?.endedAt ?? null,
    stoppedAt: new Set(since.flatMap(({ stoppedAt }) => stoppedAt)),
  }
}

/** A console that was killed left reports that say they run. @param find rejects for a job that nobody knows */
export async function closeAbandoned(reports: ReportStore, find: (id: string) => Promise<Job>) {
  for (const { id, state } of await reports.list()) {
    if (jobEnded({ state })) continue
    const job = await find(id).catch(() => undefined)
    if (job !== undefined && !jobEnded(job)) continue
    const { report } = await reports.read(id)
    const story = [...report.story, { at: report.endedAt, text: KILLED }]
    await reports.keep({ ...report, state: 'failed', message: KILLED, story })
  }
}
