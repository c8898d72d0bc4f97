import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LeaseOptions, Leases } from './lease.ts'
import type { Answer, Order } from './lease-process.ts'
import { thisProcess } from './process-identity.ts'

/** No quiet is long enough, so that only what is certain frees a lease, and a slow machine changes nothing. */
const NEVER_QUIET = { beatMs: 20, lookMs: 20, quietLooks: Number.MAX_SAFE_INTEGER }
const SOON_QUIET = { beatMs: 20, lookMs: 20, quietLooks: 5 }
const ELSEWHERE = { ...thisProcess(), space: 'another host' }

let folder: string
let children: ChildProcess[]

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'leases-')), 'leases')
  children = []
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(join(folder, '..'), { recursive: true })
})

/** A process of its own that takes leases as it is told. */
async function other() {
  const child = fork(new URL('lease-process.ts', import.meta.url), { execArgv: ['--import', 'tsx'] })
  children.push(child)
  await once(child, 'message')
  const tell = async (order: Order): Promise<Answer> => {
    const answered = once(child, 'message')
    child.send(order)
    return (await answered)[0]
  }
  return {
    child,
    tell,
    take: (holder: string, options: Partial<LeaseOptions>) => tell({ do: 'take', folder, holder, options }),
    async kill() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

const leases = (options: Partial<LeaseOptions> = NEVER_QUIET) => new Leases(folder, options)
const conflict = (detail: RegExp) => ({ code: 'conflict', detail: expect.stringMatching(detail) })

describe('one process', () => {
  test('holds alone, and is named to whom comes too late', async () => {
    await using lease = await leases().take('migration', 'alice')
    await lease.requireHeld()
    await expect(leases().take('migration', 'bob')).rejects.toMatchObject(conflict(/started by alice/))
    await lease.requireHeld()
  })

  test('may take again at once what was released, and holds no more then', async () => {
    const first = await leases().take('migration', 'alice')
    await first.release()
    await first.release()
    await expect(first.requireHeld()).rejects.toMatchObject({ code: 'conflict' })
    await using second = await leases().take('migration', 'bob')
    await second.requireHeld()
    expect(await readdir(folder)).toEqual(['migration.2'])
  })

  test('holds one name apart from another', async () => {
    await using _migration = await leases().take('migration', 'alice')
    await using rotation = await leases().take('migration-undo', 'bob')
    await rotation.requireHeld()
  })

  test('leaves nothing that others may read', async () => {
    await using _lease = await leases().take('migration', 'alice')
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, 'migration.1'))).mode & 0o777).toBe(0o600)
  })

  test('gives up waiting when it is stopped', async () => {
    await mkdir(folder)
    await writeFile(join(folder, 'migration.1'), 'nobody beats here')
    const stop = new AbortController()
    const taking = leases().take('migration', 'bob', stop.signal)
    stop.abort(new Error('stopped'))
    await expect(taking).rejects.toThrow('stopped')
  })

  test('takes over from a holder that ended before it wrote its name', async () => {
    await leases()
      .take('migration', 'alice')
      .then((lease) => lease.release())
    await writeFile(join(folder, 'migration.2'), '')
    await using lease = await leases(SOON_QUIET).take('migration', 'bob')
    await lease.requireHeld()
    expect(await readdir(folder)).toEqual(['migration.3'])
  })

  test.each([
    ['its file is gone', () => rm(join(folder, 'migration.1'))],
    ['its file was emptied', () => truncate(join(folder, 'migration.1'))],
    ['there is a newer claim', () => writeFile(join(folder, 'migration.2'), '')],
    ['the folder is gone', () => rm(folder, { recursive: true })],
    ['the folder is no folder any more', () => rm(folder, { recursive: true }).then(() => writeFile(folder, ''))],
  ])('knows that it lost it when %s', async (_, harm) => {
    await using lease = await leases().take('migration', 'alice')
    await harm()
    await expect(lease.requireHeld()).rejects.toMatchObject({ code: 'conflict' })
    await expect(lease.requireHeld()).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('several processes', () => {
  test('two at once: one holds', async () => {
    const both = await Promise.all([other(), other()])
    const answers = await Promise.all(both.map((each, index) => each.take(`user-${index}`, NEVER_QUIET)))
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(1)
    expect(answers.filter((answer) => answer !== 'done')).toMatchObject([conflict(/Another console/)])
  })

  test('a killed holder on this host makes room at once', async () => {
    const holder = await other()
    expect(await holder.take('alice', NEVER_QUIET)).toBe('done')
    await expect(leases().take('migration', 'bob')).rejects.toMatchObject(conflict(/started by alice/))
    await holder.kill()
    await using lease = await leases().take('migration', 'bob')
    await lease.requireHeld()
  })

  test('a later process with the same pid is not the holder', async () => {
    const alive = await other()
    const reused = { ...thisProcess(), pid: alive.child.pid!, startTicks: '1' }
    const gone = await leases({ ...NEVER_QUIET, self: reused }).take('migration', 'alice')
    await using lease = await leases().take('migration', 'bob')
    await lease.requireHeld()
    await expect(gone.requireHeld()).rejects.toMatchObject({ code: 'conflict' })
  })

  test('a killed holder on another host makes room after the quiet time', async () => {
    const holder = await other()
    expect(await holder.take('alice', { ...NEVER_QUIET, self: ELSEWHERE })).toBe('done')
    await holder.kill()
    const began = performance.now()
    await using lease = await leases(SOON_QUIET).take('migration', 'bob')
    expect(performance.now() - began).toBeGreaterThan(0.9 * SOON_QUIET.quietLooks * SOON_QUIET.lookMs)
    await lease.requireHeld()
  })

  test('a holder that stood still finds out before it writes', async () => {
    const holder = await other()
    expect(await holder.take('alice', NEVER_QUIET)).toBe('done')
    expect(await holder.tell({ do: 'requireHeld' })).toBe('done')
    holder.child.kill('SIGSTOP')
    await using lease = await leases(SOON_QUIET).take('migration', 'bob')
    holder.child.kill('SIGCONT')
    expect(await holder.tell({ do: 'requireHeld' })).toMatchObject(conflict(/took this over/))
    expect(await holder.tell({ do: 'release' })).toBe('done')
    await lease.requireHeld()
  })

  test('of twenty that race for a dead holder’s lease one gets it', async () => {
    const dead = await other()
    const racers = await Promise.all(Array.from({ length: 20 }, other))
    expect(await dead.take('alice', NEVER_QUIET)).toBe('done')
    await dead.kill()
    const answers = await Promise.all(racers.map((racer, index) => racer.take(`user-${index}`, NEVER_QUIET)))
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(1)
    expect(answers.filter((answer) => answer !== 'done')).toHaveLength(19)
    const holding = await Promise.all(
      racers.map((racer, index) => (answers[index] === 'done' ? racer.tell({ do: 'requireHeld' }) : null)),
    )
    expect(holding.filter((answer) => answer !== null)).toEqual(['done'])
  }, 90_000)

  test('of those that wait for a quiet holder one gets it', async () => {
    const dead = await other()
    const racers = await Promise.all(Array.from({ length: 4 }, other))
    expect(await dead.take('alice', { ...NEVER_QUIET, self: ELSEWHERE })).toBe('done')
    await dead.kill()
    const answers = await Promise.all(
      racers.map((racer, index) => racer.take(`user-${index}`, { ...SOON_QUIET, beatMs: 5 })),
    )
    const held = await Promise.all(
      racers.map((racer, index) => (answers[index] === 'done' ? racer.tell({ do: 'requireHeld' }) : null)),
    )
    expect(held.filter((answer) => answer === 'done')).toHaveLength(1)
  })
})
