import type { Job, JobKind } from '@strongroom/shared/jobs'
import { AppError } from '../errors.ts'
import type { Progress, Work } from '../jobs/job.ts'
import type { JobRunner } from '../jobs/runner.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import type { OwnKeys } from '../session/own-keys.ts'
import { dropGrant, type Grant, grantFor, type JobCaller, type RunsAs } from './grant.ts'
import { type Outage, outageIn } from './outage.ts'
import { unlessStopped } from './stopping.ts'
import { waitOut } from './wait-out.ts'

/** What work on buckets has at hand while it runs. */
export interface BucketScope {
  readonly minio: Minio
  /** The newest ones at each look: somebody may have signed in for the job meanwhile. */
  readonly credentials: Credentials
  readonly signal: AbortSignal
  /** Everybody under whose credentials it ran. */
  readonly by: () => readonly string[]
  /**
   * Does `act`, and does it again after an outage: the job stands paused while KES or MinIO is away, or until somebody
   * signs in for it. Everything else is thrown.
   */
  patiently<T>(act: () => Promise<T>): AsyncGenerator<Progress, T>
}

/** @param id of the job */
export type BucketWork = (scope: BucketScope, id: string) => AsyncGenerator<Progress, void>

interface Holding {
  grant: Grant
  readonly by: string[]
  readonly policy: string
}

const SIGN_IN = 'Needs a sign-in: the credentials it ran on have ended. It goes on where it stands.'

/** Long work on buckets, under credentials of its own or of a session, which others can renew. */
export class BucketJobs {
  readonly #jobs: JobRunner
  readonly #ownKeys: OwnKeys
  readonly #holdings = new Map<string, Holding>()

  constructor(jobs: JobRunner, ownKeys: OwnKeys) {
    this.#jobs = jobs
    this.#ownKeys = ownKeys
  }

  /** @throws AppError `conflict` while such a job runs, `wrong-credentials` for a secret key that is none */
  async start(
    caller: JobCaller,
    head: { readonly kind: JobKind; readonly target: string | null; readonly unit: string },
    runAs: RunsAs,
    work: BucketWork,
  ): Promise<Job> {
    const grant = await grantFor(caller, runAs, this.#ownKeys)
    const holding: Holding = { grant, by: [caller.account], policy: runAs.policy }
    try {
      const job: Job = this.#jobs.start(
        { ...head, startedBy: caller.account },
        this.#work(() => job.id, holding, work),
      )
      this.#holdings.set(job.id, holding)
      return job
    } catch (error) {
      dropGrant(grant)
      throw error
    }
  }

  /**
   * Lets a job that waits for a sign-in go on under other credentials.
   *
   * @throws AppError `not-found`, `conflict`: it waits for none, or runs on another console
   */
  async resume(id: string, caller: JobCaller, runAs: Omit<RunsAs, 'policy'>): Promise<Job> {
    const holding = this.#holdings.get(id)
    requireWaiting(await this.#jobs.get(id))
    if (holding === undefined)
      throw new AppError(
        'conflict',
        'The job runs on another console of this cluster. Let it go on there, or stop it and start it here.',
      )
    const grant = await grantFor(caller, { ...runAs, policy: holding.policy }, this.#ownKeys)
    try {
      requireWaiting(await this.#jobs.get(id))
    } catch (error) {
      dropGrant(grant)
      throw error
    }
    dropGrant(holding.grant)
    holding.grant = grant
    if (!holding.by.includes(grant.by)) holding.by.push(grant.by)
    this.#jobs.resume(id)
    return this.#jobs.get(id)
  }

  #work(idOf: () => string, holding: Holding, work: BucketWork): Work {
    const holdings = this.#holdings
    return async function* (signal, resumed) {
      // The job has its id once `start` has returned.
      await Promise.resolve()
      const id = idOf()
      try {
        yield { credentialsUntil: untilOf(holding) }
        yield* work(scopeOf(holding, signal, resumed), id)
      } finally {
        holdings.delete(id)
        dropGrant(holding.grant)
      }
    }
  }
}

function scopeOf(holding: Holding, signal: AbortSignal, resumed: () => Promise<void>): BucketScope {
  return {
    get minio() {
      return holding.grant.minio
    },
    get credentials() {
      return holding.grant.credentials
    },
    signal,
    by: () => holding.by,
    patiently: (act) => patiently(holding, { signal, resumed }, act),
  }
}

async function* patiently<T>(
  holding: Holding,
  { signal, resumed }: { readonly signal: AbortSignal; readonly resumed: () => Promise<void> },
  act: () => Promise<T>,
): AsyncGenerator<Progress, T> {
  signal.throwIfAborted()
  const first = await settle(signal, act)
  if (first.outage === null) return first.value()
  let last = first
  const again = async () => {
    last = await settle(signal, act)
    if (last.outage !== null) last.value()
  }
  const waiting = waitOut(
    {
      ...{ signal, resumed, requireReady: again, tell: async () => {} },
      hasEnded: () => holding.grant.until !== null && holding.grant.until.getTime() <= Date.now(),
    },
    first.outage,
    first.reason,
  )
  for await (const progress of waiting)
    yield progress.waiting?.on === 'sign-in' ? { ...progress, message: SIGN_IN } : progress
  yield { credentialsUntil: untilOf(holding), ranBy: [...holding.by] }
  return last.value()
}

interface Settled<T> {
  /** What has to come back before it can be done; null: it is done, or can't be. */
  readonly outage: Outage | null
  readonly reason: string
  /** @throws what it failed with */
  readonly value: () => T
}

async function settle<T>(signal: AbortSignal, act: () => Promise<T>): Promise<Settled<T>> {
  try {
    const done = await unlessStopped(signal, act())
    return { outage: null, reason: '', value: () => done }
  } catch (error) {
    signal.throwIfAborted()
    const reason = error instanceof AppError ? error.detail : ''
    return {
      outage: outageIn(error),
      reason,
      value: () => {
        throw error
      },
    }
  }
}

const untilOf = ({ grant: { until } }: Holding) => until?.toISOString() ?? null

function requireWaiting(job: Job) {
  if (job.waiting?.on === 'sign-in') return
  throw new AppError(
    'conflict',
    'The job does not wait for a sign-in: it runs, has ended, or somebody has just signed in for it.',
  )
}
