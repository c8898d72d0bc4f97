import type { Job, JobKind } from '@strongroom/shared/jobs'
import { AppError } from '../errors.ts'
import type { Progress, Work } from '../jobs/job.ts'
import type { JobRunner } from '../jobs/runner.ts'
import { assumeRole } from '../minio/sts.ts'
import type { Credentials, Minio } from '../minio/transport.ts'
import { Secret } from '../secret.ts'
import type { OwnKeys } from '../session/own-keys.ts'
import { type Outage, outageIn } from './migrate/outage.ts'
import { unlessStopped } from './migrate/stopping.ts'
import { waitOut } from './migrate/wait-out.ts'

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

/** Who starts a job, or goes on with one. */
export interface JobCaller {
  readonly minio: Minio
  readonly credentials: Credentials
  /** As typed at sign-in: what MinIO gives temporary credentials for. */
  readonly accessKey: string
  readonly account: string
}

export interface JobCredentials {
  readonly secretKey?: string | undefined
  readonly durationSeconds: number
  /** Session policy of the job's own credentials: JSON of 2,048 characters at most. */
  readonly policy: string
}

interface Grant {
  readonly minio: Minio
  readonly credentials: Credentials
  readonly by: string
  /** The job's own credentials end then, and are wiped with it; null: they are those of a session. */
  readonly until: Date | null
}

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
    runAs: JobCredentials,
    work: BucketWork,
  ): Promise<Job> {
    const grant = await this.#grant(caller, runAs)
    const holding: Holding = { grant, by: [caller.account], policy: runAs.policy }
    try {
      const job: Job = this.#jobs.start(
        { ...head, startedBy: caller.account },
        this.#work(() => job.id, holding, work),
      )
      this.#holdings.set(job.id, holding)
      return job
    } catch (error) {
      wipe(grant)
      throw error
    }
  }

  /**
   * Lets a job that waits for a sign-in go on under other credentials.
   *
   * @throws AppError `not-found`, `conflict`: it waits for none, or runs on another console
   */
  async resume(id: string, caller: JobCaller, runAs: Omit<JobCredentials, 'policy'>): Promise<Job> {
    const holding = this.#holdings.get(id)
    requireWaiting(await this.#jobs.get(id))
    if (holding === undefined)
      throw new AppError(
        'conflict',
        'The job runs on another console of this cluster. Let it go on there, or stop it and start it here.',
      )
    const grant = await this.#grant(caller, { ...runAs, policy: holding.policy })
    try {
      requireWaiting(await this.#jobs.get(id))
    } catch (error) {
      wipe(grant)
      throw error
    }
    wipe(holding.grant)
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
        wipe(holding.grant)
      }
    }
  }

  async #grant(caller: JobCaller, { secretKey, durationSeconds, policy }: JobCredentials): Promise<Grant> {
    const { minio, accessKey, account: by } = caller
    if (secretKey === undefined) return { minio, credentials: caller.credentials, by, until: null }
    using secret = new Secret(secretKey)
    const { credentials, expiresAt } = await assumeRole(minio, {
      accessKey,
      secretKey: secret,
      durationSeconds,
      policy,
    })
    await this.#ownKeys.add(credentials.accessKey, expiresAt)
    return { minio, credentials, by, until: expiresAt }
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

/** Wipes what is the job's own. */
function wipe({ until, credentials }: Grant) {
  if (until === null) return
  credentials.secretKey[Symbol.dispose]()
  credentials.sessionToken?.[Symbol.dispose]()
}

function requireWaiting(job: Job) {
  if (job.waiting?.on === 'sign-in') return
  throw new AppError(
    'conflict',
    'The job does not wait for a sign-in: it runs, has ended, or somebody has just signed in for it.',
  )
}
