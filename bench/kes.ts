import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { findKes } from '@strongroom/sandbox/binaries'
import { buildConsole } from '@strongroom/sandbox/console'
import type { Kes } from '@strongroom/sandbox/kes'
import { API_PREFIX } from '@strongroom/shared/endpoint'
import { Agent, type Dispatcher, request } from 'undici'
import { Client } from '../apps/bff/test/client.ts'
import { ROOT_USER } from './cluster.ts'
import type { Row } from './iam.ts'
import { House, keyNames, residentBytes, STEMS } from './kes-house.ts'
import { median, ms, quantile, timed } from './measures.ts'

export interface KesBench {
  readonly keys: number
  readonly say: (line: string) => void
}

const ROUNDS = 7
const CALLS = 300
const CONNECTIONS = 32
const BURST_MS = 2_000
/** Few enough to stay in the cache of KES, as keys in use do. */
const IN_USE = 64
const LISTS = 5
const STARTS = 3
/** What the web app asks for first, and then. */
const FIRST_PAGE = 500
const WHOLE = 10_000
const ADDED_MS = 1
const SHARE = 0.5
const LIMIT_MB = 120
const START_MS = 1_000
const REST_MS = 5_000

/** Asks for a path and reads the reply to its end. @throws Error when it is no success */
type Ask = (path: string) => Promise<string>

/** On the development KES, and on the real one where there is one. */
export async function measureKes({ keys, say }: KesBench): Promise<Row[]> {
  await buildConsole(say, new AbortController().signal)
  const rows: Row[] = []
  for (const kind of findKes() === undefined ? (['development'] as const) : (['real', 'development'] as const)) {
    rows.push(...(await measureOn(kind, keys, say)))
  }
  const loads = loadavg().map((load) => load.toFixed(1))
  return [
    ...rows,
    { what: 'The machine meanwhile', ours: `${cpus().length} processors, load average ${loads.join(', ')}` },
  ]
}

async function measureOn(kind: Kes['kind'], keys: number, say: KesBench['say']): Promise<Row[]> {
  const names = keyNames(keys)
  const house = new House()
  try {
    say(`Starting MinIO on the ${kind} KES with ${keys} keys …`)
    await house.start(kind, names)
    const starts: number[] = []
    for (let at = 1; at < STARTS; at++) {
      const { child, startedMs } = await house.startConsole()
      starts.push(startedMs)
      await child.stop()
    }
    const { url, child, startedMs } = await house.startConsole()
    starts.push(startedMs)
    try {
      await sleep(REST_MS)
      const fresh = residentBytes(child.pid)
      const peers = await bothWays(house.kes, url)
      const measured = [
        ...(await readRows(peers, names, say)),
        await throughputRow(peers, names, say),
        ...(await listRows(peers, keys, say)),
      ]
      await sleep(REST_MS)
      const rows = [...measured, memoryRow(fresh, residentBytes(child.pid)), startRow(starts)]
      return rows.map((row) => ({ ...row, what: `${row.what}, ${kind} KES` }))
    } finally {
      await child.stop()
    }
  } finally {
    await house.close()
  }
}

interface Peers {
  /** Through the console, as a signed-in person. */
  readonly ours: Ask
  /** Straight to KES with the console's certificate. */
  readonly direct: Ask
}

/** Both by the same HTTP client, over connections that stay open. */
async function bothWays(kes: Kes, url: string): Promise<Peers> {
  const client = new Client((path, init) => fetch(url + path, init))
  await client.signIn(ROOT_USER.accessKey, ROOT_USER.secretKey)
  const [ca, cert, key] = [kes.ca, kes.consoleCert, kes.consoleKey].map((file) => readFileSync(file, 'utf8'))
  const connect = { ca: ca!, cert: cert!, key: key! }
  return {
    ours: asker(url + API_PREFIX, new Agent({ connections: CONNECTIONS }), { cookie: client.cookie! }),
    direct: asker(kes.endpoint, new Agent({ connections: CONNECTIONS, connect }), {}),
  }
}

const asker =
  (origin: string, dispatcher: Dispatcher, headers: Record<string, string>): Ask =>
  async (path) => {
    const { statusCode, body } = await request(origin + path, { dispatcher, headers })
    const text = await body.text()
    if (statusCode !== 200) throw new Error(`GET ${path} answered ${statusCode}: ${text}`)
    return text
  }

const readOurs = ({ ours }: Peers, name: string) => ours(`/keys/${name}`)
const readDirect = ({ direct }: Peers, name: string) => direct(`/v1/key/describe/${name}`)

/** One call after the other, in turns, so that what else the machine does falls on both. */
async function readRows(peers: Peers, names: readonly string[], say: KesBench['say']): Promise<Row[]> {
  const [ours, direct]: [number[], number[]] = [[], []]
  for (let round = 0; round <= ROUNDS; round++) {
    for (let call = 0; call < CALLS; call++) {
      const name = names[call % IN_USE]!
      const [tookDirect, tookOurs] = [
        await timed(() => readDirect(peers, name)),
        await timed(() => readOurs(peers, name)),
      ]
      if (round === 0) continue // both warm up
      direct.push(tookDirect)
      ours.push(tookOurs)
    }
  }
  const added = median(ours) - median(direct)
  say(`One key: ${ms(median(ours))}, direct ${ms(median(direct))}`)
  const row = (share: number, called: string): Row => ({
    what: `One key, ${called} of ${ours.length}`,
    ours: ms(quantile(ours, share)),
    bare: `${ms(quantile(direct, share))}, describe over mTLS`,
    ratio: `+ ${ms(quantile(ours, share) - quantile(direct, share))}`,
  })
  return [{ ...row(0.5, 'median'), target: `≤ + ${ADDED_MS} ms`, holds: added <= ADDED_MS }, row(0.99, '99th of 100')]
}

async function throughputRow(peers: Peers, names: readonly string[], say: KesBench['say']): Promise<Row> {
  const [ours, direct]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    direct.push(await rate((name) => readDirect(peers, name), names))
    ours.push(await rate((name) => readOurs(peers, name), names))
    say(`At ${CONNECTIONS} connections: ${ours.at(-1)!.toFixed(0)} per second, direct ${direct.at(-1)!.toFixed(0)}`)
  }
  const ratio = median(ours.slice(1)) / median(direct.slice(1))
  return {
    what: `One key, ${CONNECTIONS} connections`,
    ours: `${median(ours.slice(1)).toFixed(0)} per second`,
    bare: `${median(direct.slice(1)).toFixed(0)} per second`,
    ratio: `${ratio.toFixed(2)} ×`,
    target: `≥ ${SHARE} ×`,
    holds: ratio >= SHARE,
  }
}

/** Calls per second. */
async function rate(read: (name: string) => Promise<unknown>, names: readonly string[]): Promise<number> {
  let calls = 0
  const begin = performance.now()
  const work = async () => {
    while (performance.now() - begin < BURST_MS) await read(names[calls++ % IN_USE]!)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
  return (calls / (performance.now() - begin)) * 1000
}

/** KES ends a listing after 1,024 names. Whoever knows how the names are made asks for the prefixes that hold fewer, in turn. */
async function listRows({ ours, direct }: Peers, keys: number, say: KesBench['say']): Promise<Row[]> {
  const perStem = Math.ceil(keys / STEMS.length / 1000)
  const prefixes = STEMS.flatMap((stem) => Array.from({ length: perStem }, (_, digit) => `${stem}-${digit}`))
  const took = { first: [] as number[], one: [] as number[], whole: [] as number[], byHand: [] as number[] }
  for (let run = 0; run <= LISTS; run++) {
    let [found, byHand] = [0, 0]
    const one = await timed(() => direct('/v1/key/list/'))
    const first = await timed(() => ours(`/keys?limit=${FIRST_PAGE}`))
    const handmade = await timed(async () => {
      for (const prefix of prefixes) byHand += namesIn(await direct(`/v1/key/list/${prefix}`))
    })
    const whole = await timed(async () => {
      found = (await allKeys(ours)).size
    })
    if (found !== keys + 1 || byHand !== keys) throw new Error(`The lists hold ${found} and ${byHand} of ${keys} keys.`)
    if (run === 0) continue
    took.first.push(first)
    took.one.push(one)
    took.whole.push(whole)
    took.byHand.push(handmade)
  }
  const before = await answered(direct)
  await allKeys(ours)
  const listings = (await answered(direct)) - before
  say(`All ${keys} keys: ${ms(median(took.whole))}, by hand ${ms(median(took.byHand))}`)
  return [
    {
      what: `First ${FIRST_PAGE} of ${keys} keys`,
      ours: ms(median(took.first)),
      bare: `${ms(median(took.one))}, one listing of KES: 1,024 names`,
      ratio: `${(median(took.first) / median(took.one)).toFixed(2)} ×`,
    },
    {
      what: `All ${keys} keys, as the list shows them`,
      ours: `${ms(median(took.whole))}, ${listings} listings of KES`,
      bare: `${ms(median(took.byHand))}, ${prefixes.length} listings by prefixes known beforehand, one after the other`,
      ratio: `${(median(took.whole) / median(took.byHand)).toFixed(2)} ×`,
    },
  ]
}

const namesIn = (text: string) => (JSON.parse(text) as { names: unknown[] }).names.length

/** Calls to KES so far that it counts: key, policy and identity calls with success. */
async function answered(direct: Ask): Promise<number> {
  return Number(/^kes_http_request_success\{code="200"\} (\S+)$/m.exec(await direct('/v1/metrics'))?.[1])
}

/** The pages that the web app asks for. */
async function allKeys(ours: Ask): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (let after: string | undefined; ; ) {
    const limit = after === undefined ? FIRST_PAGE : WHOLE
    const page = await ours(`/keys?limit=${limit}${after === undefined ? '' : `&after=${after}`}`)
    const { keys, next } = JSON.parse(page) as { keys: { name: string }[]; next?: string }
    for (const { name } of keys) found.add(name)
    if (next === undefined) return found
    after = next
  }
}

const megabytes = (bytes: number) => bytes / 1024 / 1024

function memoryRow(fresh: number, used: number): Row {
  return {
    what: 'Memory of the console at rest',
    ours: `${megabytes(fresh).toFixed(0)} MB; ${megabytes(used).toFixed(0)} MB at rest after all this`,
    target: `≤ ${LIMIT_MB} MB`,
    holds: megabytes(fresh) <= LIMIT_MB,
  }
}

function startRow(starts: readonly number[]): Row {
  return {
    what: `Start of the console, median of ${starts.length}`,
    ours: ms(median(starts)),
    target: `≤ ${ms(START_MS)}`,
    holds: median(starts) <= START_MS,
  }
}
