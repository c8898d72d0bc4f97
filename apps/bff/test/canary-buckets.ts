import { cleanUpBatchJob, listBatchJobs, readBatchJob, startBatchJob } from '@strongroom/shared/batch-jobs'
import { listBucketProbes, probeBucket, readProbeSchedule, setProbeSchedule } from '@strongroom/shared/bucket-probes'
import { readBucketRun, startBucketRun } from '@strongroom/shared/bucket-runs'
import {
  clearBucketEncryption,
  createBucket,
  listBuckets,
  readBucket,
  setBucketEncryption,
} from '@strongroom/shared/buckets'
import { downloadPlainObjects, readCoverage, startCoverage } from '@strongroom/shared/coverage'
import { readHousePolicy, setHousePolicy } from '@strongroom/shared/house-policy'
import { resumeJob } from '@strongroom/shared/jobs'
import {
  readEncryptionPlan,
  readObjectRun,
  startObjectEncryption,
  startPlainRemoval,
} from '@strongroom/shared/object-encryption'
import { expect } from 'vitest'
import { type Client, requestOf } from './client.ts'

/** The prober's secret key is the console's own; see `STRONGROOM_PROBE_SECRET_KEY`. */
export const PROBER = { accessKey: 'canary-prober', secretKey: 'the-secret-of-the-prober' }

const bucket = 'scratch'

/** The reads of this feature, which must fail no test: some are made while servers are away. */
export async function readBuckets(client: Client) {
  for (const endpoint of [listBuckets, readProbeSchedule, readHousePolicy, listBatchJobs])
    await client.request(...requestOf(endpoint, {}))
  for (const endpoint of [readBucket, listBucketProbes, readCoverage, readEncryptionPlan, downloadPlainObjects])
    await client.request(...requestOf(endpoint, { bucket }))
}

/** Every call on buckets, and its refusals; jobs run under credentials of their own. */
export async function driveBuckets(
  root: Client,
  { key, secretKey }: { readonly key: string; readonly secretKey: string },
) {
  await settings(root, key)
  await jobs(root, key, secretKey)
  await batch(root, key)
}

async function settings(root: Client, key: string) {
  await root.call(setBucketEncryption, { bucket, mode: 'sse-kms', key })
  await root.call(probeBucket, { bucket })
  await root.call(setProbeSchedule, { bucket, on: true })
  await root.call(setProbeSchedule, { bucket, on: false })
  await root.call(clearBucketEncryption, { bucket })
  await root.refusal(setBucketEncryption, { bucket: 'no-such-bucket', mode: 'sse-s3' })
  await root.refusal(setBucketEncryption, { bucket, mode: 'sse-s3', key })
  await root.refusal(probeBucket, { bucket: 'no-such-bucket' })
  await root.call(createBucket, { name: 'made-by-the-canary', mode: 'sse-s3', versioning: true })
  await root.refusal(createBucket, { name: 'made-by-the-canary', mode: 'sse-s3' })
  const { revision } = await root.call(readHousePolicy, {})
  await root.call(setHousePolicy, { rules: [{ pattern: 'scratch*', mode: 'sse-s3' }], revision })
  await root.refusal(setHousePolicy, { rules: [], revision })
}

async function jobs(root: Client, key: string, secretKey: string) {
  const run = await root.job(startBucketRun, { buckets: [bucket], act: { kind: 'house' } })
  await root.call(readBucketRun, { id: run.id })
  await root.refusal(startCoverage, { buckets: [bucket], secretKey: `${secretKey}x` })
  await root.job(startCoverage, { buckets: [bucket], secretKey })
  await root.refusal(resumeJob, { id: run.id, secretKey })
  const accepted = (await root.call(readEncryptionPlan, { bucket })).traits.flatMap(({ trait, asks }) =>
    asks ? [trait] : [],
  )
  const order = { bucket, mode: 'sse-kms' as const, key, which: 'not-so' as const, accepted, secretKey }
  const encrypted = await root.job(startObjectEncryption, order)
  expect(encrypted).toMatchObject({ state: 'done', failed: 0 })
  await root.call(readObjectRun, { id: encrypted.id })
  await root.refusal(startPlainRemoval, { bucket, confirm: 'something else' })
  await root.job(startPlainRemoval, { bucket, confirm: bucket, dryRun: true, secretKey })
}

/** Access key and secret of a batch job are MinIO's and the console's alone. */
async function batch(root: Client, key: string) {
  const order = { kind: 'replicate' as const, bucket, target: 'scratch-copy', mode: 'sse-kms' as const, key }
  const { id } = await root.call(startBatchJob, { order })
  await root.call(readBatchJob, { id })
  await root.call(cleanUpBatchJob, { id })
  await root.refusal(startBatchJob, { order: { ...order, bucket: 'no-such-bucket' } })
}
