import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '@strongroom/sandbox/binaries'
import { buildConsole, startConsole } from '@strongroom/sandbox/console'
import { freePort } from '@strongroom/sandbox/ports'
import { startAudit } from '@strongroom/shared/iam'
import { cancelJob, type Job, jobEnded, readJob } from '@strongroom/shared/jobs'
import { startMigration } from '@strongroom/shared/migrations'
import { argon2id } from '../apps/bff/src/native/argon2id.ts'
import { Client } from '../apps/bff/test/client.ts'
import { BareClient } from './bare-client.ts'
import { Cluster, ROOT_USER } from './cluster.ts'
import { median, ms, timed } from './measures.ts'
import { Recorder } from './recorder.ts'

export interface Row {
  readonly what: string
  readonly ours: string
  readonly bare?: string
  readonly ratio?: string
  readonly target?: string
  readonly holds?: boolean
}

export interface Bench {
  readonly items: number
  readonly drives: number
  readonly say: (line: string) => void
}

/** As many writes at once as the migration makes at most. */
const CONNECTIONS = 8
const BARE_CALLS = 1500
const RUNS = 3
const MIGRATION_MS = 90_000
const LIMIT_MB = 256
const STILL_MS = 50
const ARGON_ROUNDS = 60
const LOOK_MS = 250

export async function measureIam({ items, drives, say }: Bench): Promise<Row[]> {
  const argon = await argonRow(say)
  await buildConsole(say, new AbortController().signal)
  const cluster = new Cluster(drives)
  try {
    say(`Filling a cluster of ${drives} drives with ${items} users …`)
    const users = await cluster.fill(items)
    const forms = await formsOfAudit(cluster)
    const observed = join(cluster.dir, 'observed')
    const { url, child } = await consoleFor(cluster, cluster.endpoint, observed)
    try {
      const client = await signedIn(url)
      await sleep(2_000)
      const begin = Date.now()
      const audits = await auditRows({ client, cluster, forms, say, items })
      const audited = Date.now()
      const migration = await migrationRow({ client, cluster, users, say })
      const loads = loadavg().map((load) => load.toFixed(1))
      const seen = observations(observed)
      return [
        ...audits,
        migration,
        ...processRows(
          'audits',
          seen.filter(({ at }) => at > begin && at <= audited),
          items,
        ),
        ...processRows(
          'migration',
          seen.filter(({ at }) => at > audited),
          items,
        ),
        argon,
        { what: 'The machine meanwhile', ours: `${cpus().length} processors, load average ${loads.join(', ')}` },
      ]
    } finally {
      await child.stop()
    }
  } finally {
    await cluster.close()
  }
}

function consoleFor(cluster: Cluster, endpoint: string, observed: string) {
  return freePort().then((port) =>
    startConsole({
      port,
      logFile: join(cluster.dir, 'console.log'),
      secrets: [],
      env: {
        STRONGROOM_MINIO_ENDPOINT: endpoint,
        STRONGROOM_ENV_FILE: cluster.envFile,
        STRONGROOM_STATE_DIR: join(cluster.dir, `console-of-${basename(observed)}`),
        NODE_OPTIONS: `--import ${join(root, 'bench/observe.mjs')}`,
        BENCH_OBSERVED: observed,
      },
    }),
  )
}

async function signedIn(url: string): Promise<Client> {
  const client = new Client((path, init) => fetch(url + path, init))
  await client.signIn(ROOT_USER.accessKey, ROOT_USER.secretKey)
  return client
}

/** What an audit asks of `inspect-data`, noted on the way; what is measured later has nothing in its way. */
async function formsOfAudit(cluster: Cluster): Promise<string[]> {
  const recorder = await Recorder.before(cluster.endpoint)
  const { url, child } = await consoleFor(cluster, recorder.endpoint, join(cluster.dir, 'recorded'))
  try {
    const client = await signedIn(url)
    recorder.takeForms()
    await audit(client, 'names')
    return recorder.takeForms()
  } finally {
    await child.stop()
    await recorder.close()
  }
}

interface Audits {
  readonly client: Client
  readonly cluster: Cluster
  /** Bodies of the calls that an audit makes. */
  readonly forms: readonly string[]
  readonly items: number
  readonly say: (line: string) => void
}

/** The audit, and the same replies of MinIO read to their end by a client that does nothing with them. */
async function auditRows({ client, cluster, forms, items, say }: Audits): Promise<Row[]> {
  const bare = new BareClient(cluster.endpoint, ROOT_USER, 1)
  const [ours, raw, opened]: [number[], number[], number[]] = [[], [], []]
  let bytes = 0
  for (let run = 0; run < RUNS; run++) {
    ours.push(await audit(client, 'names'))
    bytes = 0
    raw.push(
      await timed(async () => {
        for (const form of forms) bytes += await bare.call('POST', '/minio/admin/v3/inspect-data', {}, form)
      }),
    )
    say(`Audit ${run + 1}: ${ms(ours.at(-1)!)}, download alone ${ms(raw.at(-1)!)}`)
    opened.push(await audit(client, 'opened'))
  }
  bare.close()
  const ratio = median(ours) / median(raw)
  return [
    {
      what: `Audit of ${items} items, depth names`,
      ours: ms(median(ours)),
      bare: `${ms(median(raw))} for the same ${forms.length} replies, ${(bytes / 1e6).toFixed(1)} MB`,
      ratio: `${ratio.toFixed(2)} ×`,
      target: '≤ 1.5 ×',
      holds: ratio <= 1.5,
    },
    { what: `Audit of ${items} items, depth opened`, ours: ms(median(opened)) },
  ]
}

/** Looks at the job seldom, so that looking costs the console nothing. @returns how long the audit took, ms */
async function audit(client: Client, depth: 'names' | 'opened'): Promise<number> {
  const begin = Date.now()
  let job = await client.call(startAudit, { depth })
  for (const { id } = job; !jobEnded(job); job = await client.call(readJob, { id })) await sleep(LOOK_MS)
  if (job.state !== 'done') throw new Error(`The audit ended otherwise: ${job.state}, ${job.message}`)
  return Date.parse(job.endedAt!) - begin
}

interface Migrates {
  readonly client: Client
  readonly cluster: Cluster
  readonly users: readonly string[]
  readonly say: (line: string) => void
}

/** Users set to the status that they have, as the migration does it, and nothing compared. @returns how long it took, ms */
async function bareCalls(cluster: Cluster, users: readonly string[]): Promise<number> {
  const bare = new BareClient(cluster.endpoint, ROOT_USER, CONNECTIONS)
  const queue = [...users]
  const work = async () => {
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      await bare.call('PUT', '/minio/admin/v3/set-user-status', { accessKey: name, status: 'enabled' })
    }
  }
  try {
    return await timed(() => Promise.all(Array.from({ length: CONNECTIONS }, work)))
  } finally {
    bare.close()
  }
}

/** The migration, between two rounds of bare calls: how fast drives are differs from one minute to the next. */
async function migrationRow({ client, cluster, users, say }: Migrates): Promise<Row> {
  // What these write is moved by it: most is left to the migration.
  const some = users.slice(0, Math.min(BARE_CALLS, users.length / 4))
  const before = await bareCalls(cluster, some)
  const started = Date.now()
  const { id } = await client.call(startMigration, { secretKey: ROOT_USER.secretKey })
  const first = await client.untilJob(id, ({ done }) => done > 0)
  const begin = Date.now()
  let last = first
  const moves = ({ done, failed, total }: Job) => total === null || done + failed < total
  while (!jobEnded(last) && moves(last) && Date.now() - begin < MIGRATION_MS) {
    await sleep(LOOK_MS)
    last = await client.call(readJob, { id })
  }
  const moved = Date.now()
  const rate = ((last.done - first.done) / (moved - begin)) * 1000
  if (moves(last) && !jobEnded(last)) await client.call(cancelJob, { id })
  last = await client.untilJob(id, jobEnded)
  const around = begin - started + Date.now() - moved
  if (last.state === 'failed' || last.failed > 0) throw new Error(`The migration failed: ${last.message}`)
  say(`Migration: ${rate.toFixed(1)} per second, ${last.done} of ${last.total} items; ${last.state}: ${last.message}`)
  const after = await bareCalls(cluster, some)
  const bareRate = (2_000 * some.length) / (before + after)
  const [early, late] = [before, after].map((each) => ((1_000 * some.length) / each).toFixed(1))
  say(`Bare calls: ${early} per second before it, ${late} after it`)
  const ratio = rate / bareRate
  return {
    what: `Migration, ${last.done} items, each read back and compared`,
    ours: `${rate.toFixed(1)} per second, and ${ms(around)} for reading all drives before and after`,
    bare: `${bareRate.toFixed(1)} per second, ${some.length} set-user-status by ${CONNECTIONS} connections before it (${early}) and after it (${late})`,
    ratio: `${ratio.toFixed(2)} ×`,
    target: '≥ 0.7 ×',
    holds: ratio >= 0.7,
  }
}

interface Observation {
  readonly at: number
  readonly rss: number
  /** The longest that the loop stood still, counting no more than its thread computed meanwhile. */
  readonly workMs: number
  /** The longest by the clock. */
  readonly stillMs: number
}

const observations = (file: string): Observation[] =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Observation)

function processRows(during: string, seen: readonly Observation[], items: number): Row[] {
  const peak = Math.max(...seen.map(({ rss }) => rss)) / 1024 / 1024
  const work = Math.max(...seen.map(({ workMs }) => workMs))
  const still = Math.max(...seen.map(({ stillMs }) => stillMs))
  return [
    {
      what: `Peak memory of the console, ${during}, ${items} users`,
      ours: `${peak.toFixed(0)} MB`,
      target: `≤ ${LIMIT_MB} MB`,
      holds: peak <= LIMIT_MB,
    },
    {
      what: `Longest stillness of its event loop, ${during}`,
      ours: `${ms(work)} of work; ${ms(still)} by the clock`,
      target: `≤ ${STILL_MS} ms`,
      holds: work <= STILL_MS,
    },
  ]
}

/** One derivation for each item under root credentials, as the console makes them and as Go's own package does. */
async function argonRow(say: (line: string) => void): Promise<Row> {
  const [password, salt] = [Buffer.from('bench-root:bench-root-password'), Buffer.alloc(32, 7)]
  await argon2id(password, salt)
  const ours =
    (await timed(() => Promise.all(Array.from({ length: ARGON_ROUNDS }, () => argon2id(password, salt))))) /
    ARGON_ROUNDS
  const what = 'Argon2id for an item under root credentials'
  const go = goProgram(say)
  if (go === undefined) return { what, ours: ms(ours), bare: 'not measured: there is no Go here' }
  const theirs = Number(execFileSync(go, [String(ARGON_ROUNDS)], { encoding: 'utf8' }))
  return {
    what,
    ours: `${ms(ours)}, two at once`,
    bare: `${ms(theirs)} in Go, one at a time as the server does`,
    ratio: `${(ours / theirs).toFixed(2)} ×`,
  }
}

/** Compiles the few lines of Go beside this, once. */
function goProgram(say: (line: string) => void): string | undefined {
  const built = join(root, '.sandbox/bench/argon2id')
  if (existsSync(built)) return built
  try {
    mkdirSync(join(root, '.sandbox/bench'), { recursive: true })
    execFileSync(process.env.GO_BIN ?? 'go', ['build', '-o', built, '.'], {
      cwd: join(root, 'bench/argon2id'),
      env: { ...process.env, GOFLAGS: '' },
      stdio: ['ignore', 2, 2],
    })
    return built
  } catch {
    say('The program in bench/argon2id could not be built with Go.')
    return undefined
  }
}
