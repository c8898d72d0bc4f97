import * as z from 'zod/mini'
import { endpoint, Instant, NoContent, Nothing } from './endpoint.ts'
import { SealCounts } from './seal.ts'

export const JobState = z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled'])
export type JobState = z.infer<typeof JobState>

export const JobKind = z.enum([
  'iam-audit',
  'iam-migration',
  'kes-drill',
  'bucket-encryption',
  'bucket-probe',
  'coverage',
  'object-encryption',
  'plain-removal',
])
export type JobKind = z.infer<typeof JobKind>

/** Under whose credentials a job runs: part of the input of the calls that start one. */
export const RunAs = {
  /** With it the job gets temporary credentials of its own; without it it runs on the session's. */
  secretKey: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
  /** How long its own credentials last; it pauses at their end. MinIO takes 900 and more. */
  durationSeconds: z._default(z.int().check(z.minimum(900), z.maximum(43_200)), 3600),
}

/** One thing a job could not do, worst first on the screen. `item` is a path below the system volume, or a name. */
export const JobFailure = z.object({ item: z.string(), reason: z.string() })

/** What a paused job waits for; it goes on by itself but for `sign-in`, which somebody with the same rights must bring. */
export const Waiting = z.object({
  on: z.enum(['sign-in', 'kes', 'minio']),
  /** When it tries again; null: it does not try by itself. */
  until: z.nullable(Instant),
})
export type Waiting = z.infer<typeof Waiting>

/** All there is to know of a job now. Each event of its stream is such a whole snapshot, so a reconnect needs no replay. */
export const Job = z.object({
  id: z.string(),
  kind: JobKind,
  /** The bucket that it is about; null: it is about more, or none. Jobs of one kind on different buckets run side by side. */
  target: z._default(z.nullable(z.string()), null),
  state: JobState,
  /** Grows with each change of this job. */
  version: z.int(),
  done: z.int(),
  /** Null until it is known. */
  total: z.nullable(z.int()),
  failed: z.int(),
  unit: z.string(),
  /** What it is doing, or why it stands, in one sentence. */
  message: z.string(),
  startedAt: Instant,
  endedAt: z.nullable(Instant),
  startedBy: z.string(),
  /** Everybody under whose credentials it ran, in order. */
  ranBy: z.array(z.string()),
  waiting: z.nullable(Waiting),
  /** Items per second of late; null until it can be told. */
  ratePerSecond: z.nullable(z.number()),
  /** At that rate; of a dry run: how long the run would take. Null until it can be told. */
  secondsLeft: z.nullable(z.int()),
  /** Until when the credentials of this job are good; null where it runs on those of a session, or on none. */
  credentialsUntil: z.nullable(Instant),
  /** A report can be read under the id of this job. */
  hasReport: z.boolean(),
  /** What seals the items now; absent for jobs that do not count seals. */
  seals: z.nullable(SealCounts),
  /** What sealed them when the job began. */
  sealsBefore: z.nullable(SealCounts),
  /** Done and total by kind of item. */
  byKind: z.array(z.object({ kind: z.string(), done: z.int(), total: z.int() })),
  /** The last few items, newest first. */
  recent: z.array(z.string()),
  failures: z.array(JobFailure),
})
export type Job = z.infer<typeof Job>

/** Whether a job will change no more. */
export const jobEnded = ({ state }: Pick<Job, 'state'>) =>
  state === 'done' || state === 'failed' || state === 'cancelled'

const JobId = z.object({ id: z.string().check(z.minLength(1), z.maxLength(64)) })

export const listJobs = endpoint({
  id: 'listJobs',
  method: 'GET',
  path: '/jobs',
  summary: 'Running and ended jobs, newest first.',
  input: Nothing,
  reply: z.object({ jobs: z.array(Job) }),
})

export const readJob = endpoint({
  id: 'readJob',
  method: 'GET',
  path: '/jobs/:id',
  summary: 'One job.',
  input: JobId,
  reply: Job,
})

export const followJob = endpoint({
  id: 'followJob',
  method: 'GET',
  path: '/jobs/:id/events',
  summary: 'Snapshots of one job until it ends, as server-sent events.',
  input: JobId,
  reply: Job,
  events: true,
})

export const cancelJob = endpoint({
  id: 'cancelJob',
  method: 'DELETE',
  path: '/jobs/:id',
  summary: 'Stop a job. What it has done stays done.',
  input: JobId,
  reply: NoContent,
  status: 204,
})

export const resumeJob = endpoint({
  id: 'resumeJob',
  method: 'POST',
  path: '/jobs/:id/resume',
  summary: 'Bring credentials to a job on buckets that waits for a sign-in: it goes on where it stands, under them.',
  input: z.extend(JobId, RunAs),
  reply: Job,
  status: 202,
})
