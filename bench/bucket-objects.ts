import { setTimeout as sleep } from 'node:timers/promises'
import { readCoverage, startCoverage } from '@strongroom/shared/coverage'
import { type Job, jobEnded, readJob } from '@strongroom/shared/jobs'
import { readObjectRun, startObjectEncryption } from '@strongroom/shared/object-encryption'
import { inParallel } from '../apps/bff/src/cluster/in-parallel.ts'
import type { Client } from '../apps/bff/test/client.ts'
import type { BareClient } from './bare-client.ts'
import { CONNECTIONS, type Ground, setEncryption } from './bucket-ground.ts'
import type { Row } from './iam.ts'
import { median, timed } from './measures.ts'

const RUNS = 3
const PAGE = 1_000
const COPIES = 16
const BODY = 'x'.repeat(1024)
const LOOK_MS = 100

const rate = (count: number, took: number) => (count / took) * 1000
const perSecond = (value: number) => `${value.toFixed(0)} per second`

/** Every key twice: in plaintext first, then under SSE-KMS. Each counting begins anew. */
export async function coverageRow({ client, bare, say }: Ground, versions: number): Promise<Row> {
  const bucket = 'bench-coverage'
  const keys = keysOf(versions / 2)
  say(`Writing ${versions} versions …`)
  await bare.put(`/${bucket}`, {})
  const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
  await bare.put(`/${bucket}`, { query: { versioning: '' }, body })
  await write(bare, bucket, keys)
  await setEncryption(bare, bucket, 'aws:kms')
  await write(bare, bucket, keys)

  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let run = 0; run < RUNS; run++) {
    let listed = 0
    const listing = await timed(async () => {
      listed = await listAll(bare, bucket)
    })
    theirs.push(rate(listed, listing))
    const job = await ended(client, await client.call(startCoverage, { buckets: [bucket], fresh: true }))
    const counted = (await client.call(readCoverage, { bucket })).complete?.total
    if (listed !== versions || counted !== versions)
      throw new Error(`Of ${versions} versions ${listed} were listed and ${counted} counted.`)
    ours.push(rate(versions, tookMs(job)))
    say(`Coverage ${run + 1}: ${perSecond(ours.at(-1)!)}, listing alone ${perSecond(theirs.at(-1)!)}`)
  }
  const ratio = median(ours) / median(theirs)
  return {
    what: `Coverage of ${versions} versions`,
    ours: perSecond(median(ours)),
    bare: `${perSecond(median(theirs))}, the same listing with metadata, read and let go`,
    ratio: `${ratio.toFixed(2)} ×`,
  }
}

async function listAll(bare: BareClient, bucket: string): Promise<number> {
  let versions = 0
  for (let marker: Record<string, string> | null = {}; marker !== null; ) {
    const query = { versions: '', metadata: 'true', 'encoding-type': 'url', 'max-keys': `${PAGE}` }
    const page = await bare.text(`/${bucket}`, { ...query, ...marker })
    versions += page.match(/<Version>/g)?.length ?? 0
    const key = /<NextKeyMarker>([^<]+)</.exec(page)?.[1]
    const version = /<NextVersionIdMarker>([^<]+)</.exec(page)?.[1]
    marker = key === undefined ? null : { 'key-marker': key, ...(version && { 'version-id-marker': version }) }
  }
  return versions
}

/** Each run on a fresh bucket of plain objects. */
export async function encryptionRow({ client, bare, say }: Ground, objects: number): Promise<Row> {
  const keys = keysOf(objects)
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let run = 0; run < RUNS; run++) {
    const [byHand, bucket] = [`bench-copied-${run}`, `bench-encrypted-${run}`]
    say(`Writing two times ${objects} objects …`)
    for (const each of [byHand, bucket]) {
      await bare.put(`/${each}`, {})
      await write(bare, each, keys)
    }
    const copying = await timed(() =>
      inParallel(keys, COPIES, (key) =>
        bare.put(`/${byHand}/${key}`, {
          headers: { 'x-amz-copy-source': `/${byHand}/${key}`, 'x-amz-server-side-encryption': 'AES256' },
        }),
      ),
    )
    theirs.push(rate(objects, copying))
    const order = { bucket, mode: 'sse-s3' as const, atOnce: COPIES, accepted: ['multipart' as const] }
    const job = await ended(client, await client.call(startObjectEncryption, order))
    const { done, failed } = await client.call(readObjectRun, { id: job.id })
    if (done.count !== objects || failed > 0) throw new Error(`${done.count} of ${objects} objects were encrypted.`)
    ours.push(rate(objects, tookMs(job)))
    say(`Encryption ${run + 1}: ${perSecond(ours.at(-1)!)}, copies alone ${perSecond(theirs.at(-1)!)}`)
  }
  const ratio = median(ours) / median(theirs)
  return {
    what: `Encryption in place of ${objects} objects of 1 KiB, ${COPIES} at once`,
    ours: perSecond(median(ours)),
    bare: `${perSecond(median(theirs))}, copies without a look before or after`,
    ratio: `${ratio.toFixed(2)} ×`,
  }
}

const keysOf = (count: number) =>
  Array.from({ length: count }, (_, at) => `folder-${at % 10}/object-${String(at).padStart(7, '0')}`)

const write = (bare: BareClient, bucket: string, keys: readonly string[]) =>
  inParallel(keys, CONNECTIONS, (key) =>
    bare.put(`/${bucket}/${key}`, { headers: { 'content-type': 'text/plain' }, body: BODY }),
  )

async function ended(client: Client, started: Job): Promise<Job> {
  let job = started
  for (const { id } = job; !jobEnded(job); job = await client.call(readJob, { id })) await sleep(LOOK_MS)
  if (job.state !== 'done') throw new Error(`The job ended otherwise: ${job.state}, ${job.message}`)
  return job
}

const tookMs = ({ startedAt, endedAt }: Job) => Date.parse(endedAt!) - Date.parse(startedAt)
