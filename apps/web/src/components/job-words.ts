import type { Job } from '@strongroom/shared/jobs'

export const jobWords: Record<Job['kind'], string> = {
  'iam-audit': 'Reading the drives',
  'iam-migration': 'IAM migration',
  'kes-drill': 'Drill',
  'bucket-encryption': 'Encryption of buckets',
  'bucket-probe': 'Probing buckets',
  coverage: 'Counting objects',
  'object-encryption': 'Encrypting objects',
  'plain-removal': 'Removing plain versions',
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
  'bucket-encryption': {
    stopping: 'Stopping is safe: buckets that are done stay done, the others stay as they are.',
    after: 'Buckets that are done stay done.',
    again: 'When the cause is gone, start it again: buckets that are so already are left alone.',
    stopped: 'The results tell which buckets were reached. Started again, it leaves alone those that are so already.',
    safe: 'Nothing is lost: what new objects get changes bucket by bucket, and no object is touched.',
  },
  'bucket-probe': {
    stopping: 'Stopping is safe: the probe that is being written is removed first, and the evidence so far stays.',
    after: 'The evidence so far stays.',
    again: 'When the cause is gone, probe again: the results tell which buckets were reached.',
    stopped: 'The evidence so far stays.',
    safe: 'Nothing is lost: a probe touches no object but its own.',
  },
  coverage: {
    stopping: 'Stopping is safe: nothing is changed, and the next counting goes on where this one stops.',
    after: `${READ_ONLY} What was counted stays.`,
    again: 'When the cause is gone, count again: it goes on where it stopped.',
    stopped: 'Started again, it goes on where it stopped.',
    safe: 'Nothing is lost: it only reads.',
  },
  'object-encryption': {
    stopping:
      'Stopping is safe: each object is written anew whole or stays as it is, and the next run with the same choices goes on from there.',
    after: 'What was encrypted stays so; every other object is as it was.',
    again: 'When the cause is gone, start it again with the same choices: it goes on where it stopped.',
    stopped: 'Started again with the same choices, it goes on where it stopped.',
    safe: 'Nothing is lost: each object is written anew whole or stays as it is.',
  },
  'plain-removal': {
    stopping: 'Stopping keeps what is left. What was removed can’t be brought back.',
    after: 'What was removed stays so; nothing else was touched.',
    again: 'When the cause is gone, start it again: it looks at all versions anew.',
    stopped: 'What was removed stays so. Started again, it looks at all versions anew.',
    safe: 'Nothing more is removed meanwhile.',
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

/** Their results can be read while they run, and whoever may do the same can bring them credentials. */
export const isOnBuckets = (kind: Job['kind']) =>
  kind !== 'iam-audit' && kind !== 'iam-migration' && kind !== 'kes-drill'
