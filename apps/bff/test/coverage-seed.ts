import { createHash } from 'node:crypto'
import type { ObjectState, StateCount } from '@strongroom/shared/coverage'
import { inParallel } from '../src/cluster/in-parallel.ts'
import type { Credentials, Minio } from '../src/minio/transport.ts'

const AT_ONCE = 16
const CUSTOMER_KEY = Buffer.alloc(32, 'customer')

/** How an object is to be sealed; a key of the KMS by its name. */
export type Seal = 'plain' | 'sse-s3' | 'sse-c' | { readonly key: string }

export interface SeededVersion {
  readonly key: string
  readonly versionId: string
  readonly seal: Seal
  readonly bytes: number
  current: boolean
}

/** A bucket, and what was put into it: told by what MinIO answered to each call, never by a listing. */
export class SeededBucket {
  readonly name: string
  readonly versions: SeededVersion[] = []
  deleteMarkers = 0
  readonly #minio: Minio
  readonly #credentials: Credentials

  private constructor(minio: Minio, credentials: Credentials, name: string) {
    this.#minio = minio
    this.#credentials = credentials
    this.name = name
  }

  static async make(minio: Minio, credentials: Credentials, name: string): Promise<SeededBucket> {
    const bucket = new SeededBucket(minio, credentials, name)
    await bucket.#send('PUT', '')
    return bucket
  }

  /** From now on versions are kept; those written before have the version `null`. */
  async keepVersions() {
    const body =
      '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>'
    await this.#send('PUT', '', { query: { versioning: '' }, body })
  }

  /** One object for each key; several of the same key become versions of it, in that order. */
  async put(keys: readonly string[], seal: Seal, bytesOf: (at: number) => number = (at) => (at % 7) + 1) {
    const inTurn = new Set(keys).size < keys.length
    await inParallel([...keys.entries()], inTurn ? 1 : AT_ONCE, async ([at, key]) => {
      const bytes = bytesOf(at)
      const reply = await this.#send('PUT', key, { headers: headersOf(seal), body: Buffer.alloc(bytes, 'x') })
      this.#noLongerCurrent(key)
      const versionId = versionIn(reply)
      if (versionId === 'null') this.#forget({ key, versionId })
      this.versions.push({ key, versionId, seal, bytes, current: true })
    })
  }

  /** Lays a delete marker over each; MinIO keeps no versions of a folder, which goes away. */
  async hide(keys: readonly string[]) {
    await inParallel(keys, AT_ONCE, async (key) => {
      const { headers } = await this.#send('DELETE', key)
      const versionId = versionIn({ headers })
      if (versionId === 'null') return this.#forget({ key, versionId })
      this.#noLongerCurrent(key)
      this.deleteMarkers++
      return undefined
    })
  }

  /** Removes one version for good. */
  async remove(version: Pick<SeededVersion, 'key' | 'versionId'>) {
    await this.#send('DELETE', version.key, { query: { versionId: version.versionId } })
    this.#forget(version)
  }

  /** What a counting has to find, below a prefix. */
  counts(prefix = ''): StateCount[] {
    const counts = new Map<string, StateCount>()
    for (const { key, seal, bytes, current } of this.versions) {
      if (!key.startsWith(prefix)) continue
      const [state, kmsKey]: [ObjectState, string?] = typeof seal === 'string' ? [seal] : ['sse-kms', seal.key]
      const none = () => ({ count: 0, bytes: 0 })
      const count = counts.get(`${state} ${kmsKey}`) ?? {
        ...{ state, current: none(), older: none() },
        ...(kmsKey !== undefined && { key: kmsKey }),
      }
      counts.set(`${state} ${kmsKey}`, count)
      const tally = current ? count.current : count.older
      tally.count++
      tally.bytes += bytes
    }
    return sorted([...counts.values()])
  }

  /** The rows of the list of plain versions, in the order of {@link rowsSorted}. */
  plainRows(): string[][] {
    const plain = this.versions.filter(({ seal }) => seal === 'plain')
    return rowsSorted(
      plain.map(({ key, versionId, current, bytes }) => [key, versionId, current ? 'current' : 'older', `${bytes}`]),
    )
  }

  #forget({ key, versionId }: Pick<SeededVersion, 'key' | 'versionId'>) {
    const at = this.versions.findIndex((version) => version.key === key && version.versionId === versionId)
    if (at >= 0) this.versions.splice(at, 1)
  }

  #noLongerCurrent(key: string) {
    for (const version of this.#of(key)) version.current = false
  }

  #of = (key: string) => this.versions.filter((version) => version.key === key)

  #send(
    method: 'PUT' | 'DELETE',
    key: string,
    more: { query?: Record<string, string>; headers?: Record<string, string>; body?: Uint8Array | string } = {},
  ) {
    return this.#minio.send({
      ...{ method, path: key === '' ? `/${this.name}` : `/${this.name}/${key}`, credentials: this.#credentials },
      ...{ timeoutMs: 60_000, ...more },
    })
  }
}

export const sorted = (counts: readonly StateCount[]) =>
  counts.toSorted((one, other) => (`${one.state} ${one.key}` < `${other.state} ${other.key}` ? -1 : 1))

export const rowsSorted = (rows: readonly string[][]) =>
  rows.toSorted((one, other) => (one.join('\0') < other.join('\0') ? -1 : 1))

const versionIn = ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }) =>
  typeof headers['x-amz-version-id'] === 'string' ? headers['x-amz-version-id'] : 'null'

const SSE = 'x-amz-server-side-encryption'

function headersOf(seal: Seal): Record<string, string> {
  if (seal === 'plain') return {}
  if (seal === 'sse-s3') return { [SSE]: 'AES256' }
  if (seal !== 'sse-c') return { [SSE]: 'aws:kms', [`${SSE}-aws-kms-key-id`]: seal.key }
  return {
    [`${SSE}-customer-algorithm`]: 'AES256',
    [`${SSE}-customer-key`]: CUSTOMER_KEY.toString('base64'),
    [`${SSE}-customer-key-md5`]: createHash('md5').update(CUSTOMER_KEY).digest('base64'),
  }
}

/** Rows of CSV by RFC 4180, read by a reader that knows nothing else. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? bare!)
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

/** Keys that many a reader gets wrong. */
export const ODD_KEYS = [
  'a<b>&c',
  'new\nline',
  'carriage\rreturn',
  'control\u0001\u007f',
  'plus+plus',
  'per%25cent%',
  'folder/',
  'folder/x',
  'folder-x',
  'folder0',
  'ünï/中/😀',
  ' leading and trailing ',
  '=1+1',
  '+1',
  '-1',
  '@cell',
  "'apostrophe",
  'quo"te, comma',
  '\ttab',
  'list[minio_cache:v2,return:]',
  'list[minio_cache:v2,id:x,p:0,s:0]/below',
  '~tilde*star',
  ...['x', 'y'].map((end) => [200, 200, 200, 200, 219].map((length) => 'k'.repeat(length)).join('/') + end),
]
