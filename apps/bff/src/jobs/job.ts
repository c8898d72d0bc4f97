import type { Job } from '@strongroom/shared/jobs'

/**
 * What a job says of itself while it works. Members it leaves out stay as they were, but for `waiting`, which ends with
 * the pause. `ratePerSecond` and `secondsLeft` are told from `done` and `total` unless the work gives them.
 */
export type Progress = Partial<
  Omit<Job, 'id' | 'kind' | 'target' | 'version' | 'unit' | 'startedAt' | 'endedAt' | 'startedBy'>
>

/**
 * A long piece of work: yields progress and checks `signal` between steps. Safe to run again after a stop: each run
 * looks at what is there. A final `state` in its progress (`failed`) holds; otherwise its end is `done`. Work that can't go on
 * by itself yields `paused` and awaits `resumed`, which rejects when the job is stopped meanwhile.
 */
export type Work = (signal: AbortSignal, resumed: () => Promise<void>) => AsyncGenerator<Progress, void>
