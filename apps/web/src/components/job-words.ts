import type { Job } from '@strongroom/shared/jobs'

export const jobWords: Record<Job['kind'], string> = {
  'iam-audit': 'Reading the drives',
  'iam-migration': 'IAM migration',
}

export const stateWords: Record<Job['state'], string> = {
  queued: 'Queued',
  running: 'Running',
  paused: 'Paused',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Stopped',
}
