import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { buildConsole, startConsole } from '@strongroom/sandbox/console'
import { freePort } from '@strongroom/sandbox/ports'
import { listBuckets } from '@strongroom/shared/buckets'
import { inParallel } from '../apps/bff/src/cluster/in-parallel.ts'
import { Client } from '../apps/bff/test/client.ts'
import { BareClient } from './bare-client.ts'
import { CONNECTIONS, type Ground, setEncryption } from './bucket-ground.ts'
import { coverageRow, encryptionRow } from './bucket-objects.ts'
import { Cluster, ROOT_USER } from './cluster.ts'
import type { Row } from './iam.ts'
import { median, ms, timed } from './measures.ts'

export interface BucketsBench {
  readonly buckets: number
  /** Versions to count. */
  readonly versions: number
  /** Objects to encrypt. */
  readonly objects: number
  readonly drives: number
  readonly say: (line: string) => void
}

const ROUNDS = 7
const BY_MC = 50
const AGAINST_BARE = 2
const AGAINST_MC = 50

export async function measureBuckets({ buckets, versions, objects, drives, say }: BucketsBench): Promise<Row[]> {
  await buildConsole(say, new AbortController().signal)
  const cluster = new Cluster(drives)
  try {
    await cluster.open()
    const bare = new BareClient(cluster.endpoint, ROOT_USER, CONNECTIONS)
    say(`Making ${buckets} buckets …`)
    const names = await fill(bare, buckets)
    const { url, child } = await consoleFor(cluster)
    try {
      const client = new Client((path, init) => fetch(url + path, init))
      await client.signIn(ROOT_USER.accessKey, ROOT_USER.secretKey)
      const ground: Ground = { client, bare, say }
      const rows = [
        ...(await tableRows(ground, cluster, names)),
        await coverageRow(ground, versions),
        await encryptionRow(ground, objects),
      ]
      const loads = loadavg().map((load) => load.toFixed(1))
      return [
        ...rows,
        { what: 'Peak memory of the console in all this', ours: `${peakMegabytes(child.pid).toFixed(0)} MB` },
        { what: 'The machine meanwhile', ours: `${cpus().length} processors, load average ${loads.join(', ')}` },
      ]
    } finally {
      bare.close()
      await child.stop()
    }
  } finally {
    await cluster.close()
  }
}

async function consoleFor(cluster: Cluster) {
  return startConsole({
    port: await freePort(),
    logFile: join(cluster.dir, 'console.log'),
    secrets: [],
    env: {
      STRONGROOM_MINIO_ENDPOINT: cluster.endpoint,
      STRONGROOM_ENV_FILE: cluster.envFile,
      STRONGROOM_STATE_DIR: join(cluster.dir, 'console'),
    },
  })
}

/** Half of them with SSE-S3, half with SSE-KMS. */
async function fill(bare: BareClient, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, at) => `bucket-${String(at).padStart(5, '0')}`)
  await inParallel(names, CONNECTIONS, async (name) => {
    await bare.put(`/${name}`, {})
    await setEncryption(bare, name, Number(name.slice(-1)) % 2 === 0 ? 'AES256' : 'aws:kms')
  })
  return names
}

/** The whole table, a client that asks for the same configurations alone, and MinIO's own client bucket by bucket. */
async function tableRows({ client, bare, say }: Ground, cluster: Cluster, names: readonly string[]): Promise<Row[]> {
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let round = 0; round <= ROUNDS; round++) {
    const direct = await timed(async () => {
      await bare.call('GET', '/', {})
      await inParallel(names, CONNECTIONS, (name) => bare.call('GET', `/${name}`, { encryption: '' }))
    })
    let read = 0
    const table = await timed(async () => {
      const { buckets } = await client.call(listBuckets, {})
      read = buckets.filter(({ effective }) => effective !== null).length
    })
    if (read !== names.length) throw new Error(`The table tells the encryption of ${read} of ${names.length} buckets.`)
    if (round === 0) continue
    theirs.push(direct)
    ours.push(table)
  }
  const some = names.slice(0, BY_MC)
  const byMc = await cluster.mc((mc) =>
    timed(async () => {
      for (const name of some) await mc('encrypt', 'info', `demo/${name}`)
    }),
  )
  const scaled = (byMc / some.length) * names.length
  const [mine, direct] = [median(ours), median(theirs)]
  say(`Table: ${ms(mine)}, bare client ${ms(direct)}, mc ${ms(scaled)}`)
  const what = `Table of ${names.length} buckets`
  return [
    {
      what,
      ours: ms(mine),
      bare: `${ms(direct)}, their configurations by ${CONNECTIONS} connections`,
      ratio: `${(mine / direct).toFixed(2)} ×`,
      target: `≤ ${AGAINST_BARE} ×`,
      holds: mine / direct <= AGAINST_BARE,
    },
    {
      what,
      ours: ms(mine),
      bare: `${ms(scaled)} by mc encrypt info for each, scaled from ${some.length}`,
      ratio: `${(scaled / mine).toFixed(0)} × faster`,
      target: `≥ ${AGAINST_MC} × faster`,
      holds: scaled / mine >= AGAINST_MC,
    },
  ]
}

/** Linux tells. */
function peakMegabytes(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kilobytes === undefined) throw new Error('The system does not tell how large the console was.')
  return Number(kilobytes) / 1024
}
