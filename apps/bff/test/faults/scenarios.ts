import { renameSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Job, jobEnded } from '@strongroom/shared/jobs'
import type { MigrationReport } from '@strongroom/shared/migrations'
import { World } from './world.ts'

/** What was done to a migration, and what came of it. */
export interface Outcome {
  readonly fault: string
  readonly times: number
  /** What lay under the key when it struck. */
  readonly struckAt: string
  readonly job: string
  readonly nextRun: string
  readonly story: string
}

export type Scenario = (report: (line: string) => void) => Promise<Outcome>

const MIDDLE = 40

async function inWorld(act: (world: World) => Promise<Outcome>): Promise<Outcome> {
  const world = await World.open()
  try {
    return await act(world)
  } finally {
    await world.close()
  }
}

/** Hits a running migration once and follows it to its end. */
async function hitOnce(
  world: World,
  report: (line: string) => void,
  fault: string,
  strike: () => Promise<void>,
  but?: (path: string) => boolean,
) {
  const client = await world.console()
  const job = await world.start(client)
  const { done: struckAt } = await world.until(client, job, MIDDLE)
  await strike()
  const ended = await world.end(client, job)
  report(`  ${ended.state}: ${ended.message}`)
  await world.assertWhole(but)
  const story = await world.report(client, job)
  const next = ended.state === 'done' && ended.failed === 0 ? undefined : await world.finish(client)
  await world.assertWhole(but)
  return outcome({ fault, struckAt: [struckAt], ended, next, story }, world)
}

interface Seen {
  readonly fault: string
  readonly struckAt: readonly number[]
  readonly ended: Job
  readonly next: Job | undefined
  readonly story: MigrationReport
}

function outcome({ fault, struckAt, ended, next, story }: Seen, world: World): Outcome {
  const total = world.before.size
  if (world.moved() < total) throw new Error(`Only ${world.moved()} of ${total} items lie under the key at the end.`)
  if (story.story.length === 0) throw new Error('The report tells no story.')
  return {
    fault,
    times: struckAt.length,
    struckAt: `${struckAt.join(', ')} of ${total}`,
    job: `${ended.state}: ${ended.message}`,
    nextRun: next === undefined ? 'not needed' : `${next.state}: ${next.message}`,
    story: story.story.map(({ text }) => text).join(' → '),
  }
}

const consoleKilled: Scenario = (report) =>
  inWorld(async (world) => {
    const struckAt: number[] = []
    let killed: Job | undefined
    for (let times = 0; times < 20; times++) {
      const client = await world.console()
      const job = await world.start(client)
      const first = await world.until(client, job, 1)
      if (jobEnded(first)) throw new Error(`The migration ended before the kill: ${first.message}`)
      await sleep(Math.random() * 1500)
      await world.killConsole()
      // MinIO finishes what it has been sent.
      await sleep(1_000)
      await world.assertWhole()
      struckAt.push(world.moved())
      killed = job
      report(`  kill ${times + 1}: ${world.moved()} of ${world.before.size} items were moved, all are whole`)
      if (world.moved() === world.before.size) throw new Error('Everything was moved before 20 kills; add users.')
    }
    const client = await world.console()
    const known = await world.latestJob(client)
    const next = await world.finish(client)
    await world.assertWhole()
    const story = await world.report(client, next)
    const ended = known ?? killed!
    return outcome({ fault: 'console killed with SIGKILL', struckAt, ended, next, story }, world)
  })

const kesStopped: Scenario = (report) =>
  inWorld((world) =>
    hitOnce(world, report, 'KES stopped for 10 s', async () => {
      await world.house.stopKes()
      await sleep(10_000)
      await world.house.startKes()
    }),
  )

const driveRemoved: Scenario = (report) =>
  inWorld(async (world) => {
    const drive = world.house.drives[2]!
    const seen = await hitOnce(world, report, 'one of 4 drives removed, and back after the run', async () =>
      renameSync(drive, `${drive}.away`),
    )
    // MinIO has begun a new drive in its place.
    await world.house.stopMinio()
    rmSync(drive, { recursive: true, force: true })
    renameSync(`${drive}.away`, drive)
    await world.house.startMinio()
    await world.assertWhole()
    return seen
  })

const minioRestarted: Scenario = (report) =>
  inWorld((world) =>
    hitOnce(world, report, 'MinIO killed and started again', async () => {
      await world.house.killMinio()
      await world.house.startMinio()
    }),
  )

const EDITED = 'config/iam/users/walter/identity.json'

const userEdited: Scenario = (report) =>
  inWorld((world) =>
    hitOnce(
      world,
      report,
      'a user edited while it runs',
      () =>
        world.house.mc(async (mc) => {
          await mc('admin', 'user', 'add', 'demo', 'walter', 'a-secret-set-meanwhile')
        }),
      (path) => path === EDITED,
    ).then(async (seen) => {
      const now = (await world.meanings()).get(EDITED)
      if (!now?.includes('a-secret-set-meanwhile')) throw new Error('The edit was lost.')
      return seen
    }),
  )

const twoConsoles: Scenario = () =>
  inWorld(async (world) => {
    const one = await world.console()
    const second = await world.startConsole()
    try {
      const two = await world.signIn(second.url)
      const body = JSON.stringify({ secretKey: world.house.truth.rootPassword })
      const replies = await Promise.all(
        [one, two].map((client) => client.request('/iam/migrations', { method: 'POST', body })),
      )
      const started = replies.filter(({ status }) => status === 202)
      const jobs = await Promise.all(started.map(async (reply) => (await reply.json()) as Job))
      const ids = new Set(jobs.map(({ id }) => id))
      if (ids.size !== 1) throw new Error(`${ids.size} migrations run at once.`)
      const owner = replies[0]!.status === 202 ? one : two
      const { done: struckAt } = await world.until(owner, jobs[0]!, 1)
      const ended = await world.end(owner, jobs[0]!)
      const refused = await Promise.all(replies.filter(({ status }) => status !== 202).map((reply) => reply.text()))
      const story = await world.report(owner, ended)
      await world.assertWhole()
      const fault = `two started at once by two consoles (the other one: ${refused[0] ? detailIn(refused[0]) : 'joined the same job'})`
      return outcome({ fault, struckAt: [struckAt], ended, next: undefined, story }, world)
    } finally {
      await second.child.stop()
    }
  })

const detailIn = (problem: string) => String((JSON.parse(problem) as { detail?: string }).detail)

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'console-killed': consoleKilled,
  'kes-stopped': kesStopped,
  'drive-removed': driveRemoved,
  'minio-restarted': minioRestarted,
  'user-edited': userEdited,
  'two-consoles': twoConsoles,
}
