/**
 * A multipart object of 6 GiB, encrypted where it is: on real servers, through the console. It takes some minutes, and 13 GiB
 * of the disk below the folder for temporary files while it runs.
 */
import { createHash, randomFillSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { jobEnded, readJob } from '@strongroom/shared/jobs'
import { readObjectRun, startObjectEncryption } from '@strongroom/shared/object-encryption'
import { readFacts, readPartSize } from '../../src/minio/object-facts.ts'
import { hashObject } from '../../src/minio/object-hash.ts'
import { openConsole } from '../console.ts'
import { openHouse } from '../house.ts'
import { Hand } from '../objects-setup.ts'

const GIB = 2 ** 30
const PART = 64 * 2 ** 20
const PARTS = (6 * GIB) / PART
const [KEY, BUCKET] = ['slow-key', 'slow-multipart']
const name = { bucket: BUCKET, key: 'six GiB' }

const house = await openHouse({
  fixture: 'plaintext-latest',
  onKes: { keyName: 'slow-default', keys: new Map([[KEY, Buffer.alloc(32, KEY)]]) },
})
const hand = new Hand(house)
try {
  await hand.newBucket(BUCKET)
  const since = performance.now()
  const sha256 = await upload()
  tell(`wrote 6 GiB in ${PARTS} parts`, since)
  const before = await readFacts(hand.minio, hand.root, name)

  const console = await openConsole(house)
  const client = await console.rootBrowser()
  for (const order of [{ mode: 'sse-s3' as const }, { mode: 'sse-kms' as const, key: KEY, which: 'not-so' as const }]) {
    const begun = performance.now()
    const { id } = await client.call(startObjectEncryption, { bucket: BUCKET, ...order })
    for (let job = await client.call(readJob, { id }); !jobEnded(job); await sleep(500))
      job = await client.call(readJob, { id })
    const run = await client.call(readObjectRun, { id })
    tell(`encrypted with ${order.mode}: ${JSON.stringify(run.done)}, failures ${JSON.stringify(run.failures)}`, begun)
    const after = await readFacts(hand.minio, hand.root, name)
    const last = await readPartSize(hand.minio, hand.root, name, { etag: after.etag, part: PARTS })
    const read = performance.now()
    const now = await hashObject(hand.minio, () => hand.root, name, after, new AbortController().signal)
    tell('read it back', read)
    expectSame('bytes', now, sha256)
    expectSame('size', after.sizeBytes, 6 * GIB)
    expectSame('parts', [after.parts, last], [PARTS, PART])
    expectSame('metadata', [after.metadata, after.tags], [before.metadata, before.tags])
    expectSame('ETag with SSE-S3', order.mode === 'sse-s3' ? after.etag : before.etag, before.etag)
    expectSame('encryption', after.seal.mode, order.mode)
  }
  process.stdout.write('All of it is as it was.\n')
} finally {
  await hand.close()
  await house.close()
}

/** @returns the SHA-256 of all bytes, in hex */
async function upload(): Promise<string> {
  const path = `/${name.bucket}/${name.key}`
  const headers = { 'content-type': 'application/x-tar', 'x-amz-meta-of': 'a slow test', 'x-amz-tagging': 'slow=yes' }
  const begun = await hand.send({ method: 'POST', path, query: { uploads: '' }, headers })
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(Buffer.from(begun.bytes).toString())![1]!
  const body = randomFillSync(Buffer.alloc(PART))
  const hash = createHash('sha256')
  const parts: string[] = []
  for (let part = 1; part <= PARTS; part++) {
    body.writeUInt32BE(part, part * 4)
    hash.update(body)
    const sent = await hand.send({ method: 'PUT', path, query: { uploadId, partNumber: `${part}` }, body })
    parts.push(`<Part><PartNumber>${part}</PartNumber><ETag>${String(sent.headers.etag)}</ETag></Part>`)
  }
  const whole = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  await hand.send({ method: 'POST', path, query: { uploadId }, body: whole })
  return hash.digest('hex')
}

function tell(what: string, since: number) {
  process.stdout.write(`${what}: ${((performance.now() - since) / 1_000).toFixed(1)} s\n`)
}

function expectSame(what: string, found: unknown, wanted: unknown) {
  if (JSON.stringify(found) === JSON.stringify(wanted)) return
  throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`)
}
