import {
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Identity } from './fixture.ts'

export interface Place {
  readonly bucket: string
  /** An object that is there. */
  readonly object: string
}

/** What MinIO lets somebody do over S3: for each call `ok`, or the code of its refusal. */
export type Rights = Readonly<Record<string, string>>

export const s3Client = (endpoint: string, { accessKey, secretKey }: Identity, region = 'us-east-1') =>
  new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
  })

/** A sign-in over S3: `ok`, or why not. */
export const canSignIn = (endpoint: string, who: Identity, region?: string): Promise<string> =>
  outcome(s3Client(endpoint, who, region).send(new ListBucketsCommand()))

/** Lists, reads and writes at each place with the credentials of `who`, and notes what MinIO says. */
export async function rightsOf(
  endpoint: string,
  who: Identity,
  places: readonly Place[],
  region?: string,
): Promise<Rights> {
  const client = s3Client(endpoint, who, region)
  const buckets = [...new Set(places.map(({ bucket }) => bucket))]
  const rights: Record<string, string> = { 'list buckets': await canSignIn(endpoint, who, region) }
  for (const Bucket of buckets) {
    rights[`list ${Bucket}`] = await outcome(client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 })))
  }
  for (const { bucket: Bucket, object } of places) {
    const folder = object.slice(0, object.lastIndexOf('/') + 1)
    rights[`read ${Bucket}/${object}`] = await outcome(client.send(new HeadObjectCommand({ Bucket, Key: object })))
    rights[`write ${Bucket}/${folder}`] = await outcome(
      client.send(new PutObjectCommand({ Bucket, Key: `${folder}written-by-a-test`, Body: 'test' })),
    )
  }
  client.destroy()
  return rights
}

/** The content of an object. */
export async function readObject(client: S3Client, Bucket: string, Key: string): Promise<Uint8Array> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
  return Body!.transformToByteArray()
}

/** MinIO's code of a refusal; a connection that fails is no refusal. */
async function outcome(sent: Promise<unknown>): Promise<string> {
  try {
    await sent
    return 'ok'
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } }
    if ($metadata?.httpStatusCode === undefined) throw error
    return `${$metadata.httpStatusCode} ${name}`
  }
}
