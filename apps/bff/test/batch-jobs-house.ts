import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BatchJob, listBatchJobs } from '@strongroom/shared/batch-jobs'
import { type Credentials, connectMinio, type Minio } from '../src/minio/transport.ts'
import { Secret } from '../src/secret.ts'
import type { Client } from './client.ts'
import { type House, openHouse } from './house.ts'

/** Of the fixture’s cluster. */
const REGION = 'eu-central-1'
export const KEYS = ['batch-key-1', 'batch-key-2', 'batch-key-3'] as const
export const sealedBy = (key: string) => ({
  'x-amz-server-side-encryption': 'aws:kms',
  'x-amz-server-side-encryption-aws-kms-key-id': key,
})
export const sseS3 = { 'x-amz-server-side-encryption': 'AES256' }

/** A version, or a delete marker, as MinIO's own listing with metadata has it. */
export interface Told {
  readonly key: string
  readonly version: string
  readonly marker: boolean
  readonly etag: string
  readonly modified: string
  /** User metadata, content type, lock. */
  readonly metadata: string
  readonly tags: string
  /** `AES256`, the name of a KMS key, or nothing. */
  readonly seal: string
}

/** Servers, and calls of MinIO's that go past the console. */
export interface BatchHouse extends House {
  readonly direct: Minio
  readonly me: Credentials
  put(path: string, body: string, headers?: Readonly<Record<string, string>>): Promise<void>
  remove(path: string): Promise<void>
  versions(bucket: string): Promise<Told[]>
  /** `text` in the file of a job on the first drive; null: there is no such file. */
  jobFile(id: string): Buffer | null
  serviceAccounts(): Promise<string[]>
}

export async function openBatchHouse(): Promise<BatchHouse> {
  const house = await openHouse({ fixture: 'kes-latest' })
  const { rootUser, rootPassword } = house.truth
  const direct = connectMinio({ endpoint: new URL(house.minio.endpoint), region: REGION })
  const me = { accessKey: rootUser, secretKey: new Secret(rootPassword) }
  await house.mc(async (mc) => {
    for (const key of KEYS) await mc('admin', 'kms', 'key', 'create', 'demo', key)
  })
  const send = (method: 'PUT' | 'DELETE', path: string, rest = {}) =>
    direct.send({ method, path, credentials: me, ...rest })
  return Object.assign(house, {
    ...{ direct, me },
    put: async (path: string, body: string, headers = {}) => void (await send('PUT', path, { body, headers })),
    remove: async (path: string) => void (await send('DELETE', path)),
    versions: (bucket: string) => versionsIn(direct, me, bucket),
    jobFile: (id: string) => jobFile(house, id),
    serviceAccounts: async () =>
      (await house.mc((mc) => mc('admin', 'accesskey', 'ls', 'demo', '--all', '--svcacc-only'))).match(/srbatch\w+/g) ??
      [],
  })
}

function jobFile({ drives }: House, id: string): Buffer | null {
  const file = join(drives[0]!, '.minio.sys/batch-jobs', id, 'xl.meta')
  return existsSync(file) ? readFileSync(file) : null
}

/** The secret that MinIO keeps in the file of a job, in clear. */
export const secretIn = (file: Buffer): string =>
  /srbatch[0-9a-f]{12}.*?SecretKey..([\w-]{40})/s.exec(file.toString('latin1'))![1]!

async function versionsIn(minio: Minio, credentials: Credentials, bucket: string): Promise<Told[]> {
  const query = { versions: '', metadata: 'true' }
  const { bytes } = await minio.send({ method: 'GET', path: `/${bucket}`, query, credentials })
  const found = Buffer.from(bytes)
    .toString()
    .matchAll(/<(Version|DeleteMarker)>(.*?)<\/\1>/gs)
  return [...found].map(([, kind, text]) => {
    const field = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text!)?.[1] ?? ''
    const metadata = [...field('UserMetadata').matchAll(/<([\w-]+)>(.*?)<\/\1>/gs)].map(([, name, value]) => [
      name!.toLowerCase(),
      value!,
    ])
    const sealed = new Map(metadata.filter(([name]) => /server-side/.test(name!)) as [string, string][])
    return {
      ...{ key: field('Key'), version: field('VersionId'), marker: kind === 'DeleteMarker', etag: field('ETag') },
      ...{ modified: field('LastModified'), tags: new URLSearchParams(field('UserTags')).toString() },
      metadata: metadata
        .filter(([name]) => !sealed.has(name!))
        // MinIO copies the end of a retention without its milliseconds.
        .map(([name, value]) => `${name}=${value!.replace(/\.\d+Z$/, 'Z')}`)
        .sort()
        .join(' '),
      seal:
        sealed.get('x-amz-server-side-encryption-aws-kms-key-id')?.replace('arn:aws:kms:', '') ??
        sealed.get('x-amz-server-side-encryption') ??
        '',
    }
  })
}

/** The first listing of a job that `fits`. @throws Error after 20 seconds */
export async function untilListed(browser: Client, id: string, fits: (job: BatchJob) => boolean): Promise<BatchJob> {
  let last: BatchJob | undefined
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) {
    const { jobs } = await browser.call(listBatchJobs, {})
    last = jobs.find((job) => job.id === id)
    if (last !== undefined && fits(last)) return last
  }
  throw new Error(`The job did not get there: ${JSON.stringify(last)}`)
}

/** Ended, and cleared up after: the file of the job is gone, and its key. */
export async function untilCleared(house: BatchHouse, browser: Client, id: string): Promise<BatchJob> {
  const ended = ({ state, accessKey }: BatchJob) => ['done', 'failed'].includes(state) && accessKey === null
  return untilListed(browser, id, (job) => ended(job) && !job.holdsCredentials && house.jobFile(id) === null)
}
