import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFacts } from '../src/minio/object-facts.ts'
import { type Credentials, connectMinio, type Minio, type MinioCall } from '../src/minio/transport.ts'
import { type ListedVersion, listVersionsWithMetadata, type VersionMarker } from '../src/minio/version-listing.ts'
import { Secret } from '../src/secret.ts'
import type { House } from './house.ts'

/** Of the fixtures. */
const REGION = 'eu-central-1'

/** What other clients do to the objects of a house, past the console, as root. */
export class Hand {
  readonly minio: Minio
  readonly root: Credentials
  readonly #house: House

  constructor(house: House) {
    this.#house = house
    const ca = house.tls === undefined ? {} : { ca: readFileSync(house.tls.cert, 'utf8') }
    this.minio = connectMinio({ endpoint: new URL(house.minio.endpoint), region: REGION, ...ca })
    this.root = { accessKey: house.truth.rootUser, secretKey: new Secret(house.truth.rootPassword) }
  }

  send(call: Partial<MinioCall> & Pick<MinioCall, 'method' | 'path'>) {
    return this.minio.send({ credentials: this.root, timeoutMs: 60_000, maxReplyBytes: 2 ** 28, ...call })
  }

  async newBucket(bucket: string, ...options: string[]) {
    await this.#house.mc((mc) => mc('mb', ...options, `demo/${bucket}`))
  }

  async put(bucket: string, key: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
    const reply = await this.send({ method: 'PUT', path: `/${bucket}/${key}`, body, headers })
    return String(reply.headers['x-amz-version-id'] ?? 'null')
  }

  async get(bucket: string, key: string, versionId?: string): Promise<Uint8Array> {
    const query = versionId === undefined ? {} : { versionId }
    return (await this.send({ method: 'GET', path: `/${bucket}/${key}`, query })).bytes
  }

  /** An object of these parts; all but the last have 5 MiB at least. */
  async putParts(bucket: string, key: string, sizes: readonly number[], headers: Record<string, string> = {}) {
    const path = `/${bucket}/${key}`
    const begun = await this.send({ method: 'POST', path, query: { uploads: '' }, headers })
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(Buffer.from(begun.bytes).toString())![1]!
    const parts: string[] = []
    for (const [at, size] of sizes.entries()) {
      const query = { uploadId, partNumber: `${at + 1}` }
      const { headers } = await this.send({ method: 'PUT', path, query, body: randomBytes(size) })
      parts.push(`<Part><PartNumber>${at + 1}</PartNumber><ETag>${String(headers.etag)}</ETag></Part>`)
    }
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
    await this.send({ method: 'POST', path, query: { uploadId }, body })
  }

  async versions(bucket: string): Promise<ListedVersion[]> {
    const all: ListedVersion[] = []
    let after: VersionMarker | undefined
    do {
      const page = await listVersionsWithMetadata(this.minio, this.root, bucket, { after })
      all.push(...page.versions)
      after = page.next
    } while (after !== undefined)
    return all
  }

  /** All that encrypting must not change, by key, of the current objects. */
  async inventory(bucket: string): Promise<Map<string, object>> {
    const current = (await this.versions(bucket)).filter((version) => version.current && version.mode !== 'sse-c')
    const found = new Map<string, object>()
    for (const { key } of current) {
      const { metadata, tags, retention, legalHold, sizeBytes, parts, storageClass } = await readFacts(
        this.minio,
        this.root,
        { bucket, key },
      )
      const sha256 = createHash('sha256')
        .update(await this.get(bucket, key))
        .digest('hex')
      found.set(key, { sha256, metadata, tags, retention, legalHold, sizeBytes, parts, storageClass })
    }
    return found
  }

  /** What MinIO's own client says seals an object. */
  async sealByMc(bucket: string, key: string): Promise<string> {
    const text = await this.#house.mc((mc) => mc('stat', `demo/${bucket}/${key}`))
    const { metadata = {} } = JSON.parse(text) as { metadata?: Record<string, string> }
    const mode = metadata['X-Amz-Server-Side-Encryption'] ?? 'none'
    const kmsKey = metadata['X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id']
    return kmsKey === undefined ? mode : `${mode} ${kmsKey}`
  }

  close = () => this.minio.close()
}
