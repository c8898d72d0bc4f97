import type { Job } from '@strongroom/shared/jobs'

export const jobWords: Record<Job['kind'], string> = {
  'iam-audit': 'Reading the drives',
  'iam-migration': 'IAM migration',
  'kes-drill': 'Drill',
}

interface JobAdvice {
  /** While it runs. */
  readonly stopping: string
  /** When it failed: what that means, and what to do. */
  readonly after: string
  readonly again: string
  /** When it was stopped. */
  readonly stopped: string
  /** While it stands still. */
  readonly safe: string
}

const READ_ONLY = 'Nothing was changed: it only reads.'

/** What stopping, failing and waiting mean for the cluster, which differs with the work. */
export const jobAdvice: Record<Job['kind'], JobAdvice> = {
  'iam-audit': {
    stopping: 'Stopping is safe: nothing is changed, and the last complete reading stays.',
    after: READ_ONLY,
    again: 'When the cause is gone, read the drives again, from the start.',
    stopped: 'Started again, it reads the drives from the start.',
    safe: 'Nothing is lost: it only reads.',
  },
  'iam-migration': {
    stopping: 'Stopping is safe: what is done stays done, and the next run looks at the drives again.',
    after: 'What was done stays done.',
    again: 'When the cause is gone, start it again: it reads the drives, and goes on from there.',
    stopped: 'Started again, it looks at the drives and goes on from there.',
    safe: 'Nothing is lost: every item is readable.',
  },
  'kes-drill': {
    stopping: 'Stopping is safe: a drill changes nothing, and leaves a report only when it comes to its end.',
    after: READ_ONLY,
    again: 'When the cause is gone, hold the drill again, from the start: this one left no report.',
    stopped: 'It left no report. Held again, it begins from the start.',
    safe: 'Nothing is lost: a drill only reads.',
  },
}

export const stateWords: Record<Job['state'], string> = {
  queued: 'Queued',
  running: 'Running',
  paused: 'Paused',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Stopped',
}
