import type { Job } from '@strongroom/shared/jobs'
import { describe, expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import type { Work } from './job.ts'
import { JobRunner } from './runner.ts'

const head = { kind: 'iam-audit' as const, startedBy: 'alice', unit: 'items' }
const failures: unknown[] = []
const runner = () => new JobRunner((_, cause) => failures.push(cause))
const tick = () => new Promise((resolve) => setTimeout(resolve, 5))

async function all(jobs: JobRunner, id: string): Promise<Job[]> {
  const seen: Job[] = []
  for await (const snapshot of jobs.watch(id)) seen.push(snapshot)
  return seen
}

const counting = (to: number): Work =>
  async function* (signal) {
    for (let done = 1; done <= to; done++) {
      signal.throwIfAborted()
      yield { done, total: to, message: `${done}` }
      await tick()
    }
  }

describe('a job', () => {
  test('is followed to its end, each event a whole snapshot', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, counting(3))
    const seen = await all(jobs, id)
    expect(seen.at(-1)).toMatchObject({ state: 'done', done: 3, total: 3, kind: 'iam-audit' })
    expect(seen.map(({ version }) => version)).toEqual(
      [...new Set(seen.map(({ version }) => version))].sort((a, b) => a - b),
    )
  })

  test('a late reader gets the end at once', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, counting(1))
    await all(jobs, id)
    expect(await all(jobs, id)).toMatchObject([{ state: 'done' }])
  })

  test('stops between two steps', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, counting(1_000))
    await tick()
    jobs.cancel(id)
    const last = (await all(jobs, id)).at(-1)!
    expect(last.state).toBe('cancelled')
    expect(last.done).toBeLessThan(1_000)
    expect(last.endedAt).not.toBeNull()
  })

  test('says why it failed, and hides what nobody foresaw', async () => {
    const jobs = runner()
    const known = jobs.start(head, async function* () {
      yield { done: 1 }
      throw new AppError('conflict', 'Somebody was faster.')
    })
    expect((await all(jobs, known.id)).at(-1)).toMatchObject({
      state: 'failed',
      done: 1,
      message: 'Somebody was faster.',
    })
    const unknown = jobs.start(head, async function* () {
      yield { done: 1 }
      throw new Error('secret inside')
    })
    expect((await all(jobs, unknown.id)).at(-1)!.message).not.toContain('secret')
    expect(failures).toHaveLength(1)
  })

  const pausing: Work = async function* (_, resumed) {
    yield { state: 'paused', message: 'needs sign-in' }
    await resumed()
    yield { state: 'running', done: 1 }
  }

  test('pauses until somebody lets it go on', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, pausing)
    await tick()
    expect(jobs.get(id)).toMatchObject({ state: 'paused', endedAt: null })
    jobs.resume(id)
    expect((await all(jobs, id)).at(-1)).toMatchObject({ state: 'done', done: 1 })
  })

  test('can be stopped while it is paused', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, pausing)
    await tick()
    jobs.cancel(id)
    expect((await all(jobs, id)).at(-1)).toMatchObject({ state: 'cancelled', done: 0 })
  })

  test('a stop does not hide why it had failed already', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, async function* () {
      try {
        throw new AppError('conflict', 'Its content differs.')
      } finally {
        yield { message: 'Reading the drives again.' }
        await tick()
      }
    })
    jobs.cancel(id)
    expect((await all(jobs, id)).at(-1)).toMatchObject({ state: 'failed', message: 'Its content differs.' })
  })

  test('runs once at a time for its kind', async () => {
    const jobs = runner()
    const { id } = jobs.start(head, counting(100))
    expect(() => jobs.start(head, counting(1))).toThrow('conflict')
    jobs.start({ ...head, kind: 'iam-migration' }, counting(1))
    await jobs.stop()
    expect(jobs.get(id).state).toBe('cancelled')
  })

  test('unknown ones are told before a stream opens', () => {
    expect(() => runner().watch('nope')).toThrow('not-found')
  })
})
