import { createHash, createHmac } from 'node:crypto'
import type { Secret } from '../secret.ts'

/** An access key with its secret, and the token that makes temporary ones valid. */
export interface Credentials {
  readonly accessKey: string
  readonly secretKey: Secret<string>
  readonly sessionToken?: Secret<string>
}

export interface RequestToSign {
  readonly method: string
  /** `host:port` as the `Host` header carries it. */
  readonly host: string
  /** Not encoded; starts with a slash. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Every one of them is signed; names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface Scope {
  /** MinIO takes `sts` for STS calls and `s3` for everything else, its admin API included. */
  readonly service: 's3' | 'sts'
  readonly region: string
  readonly date: Date
}

/**
 * Signs a request with AWS Signature Version 4, in headers, the hash of the body included. Pure: the date is an argument.
 * S3's rules: each path segment is encoded once, and dot segments stay as they are.
 *
 * @returns `target`, path and query as they must go on the wire, and all headers, `host` included
 */
export function sign(request: RequestToSign, credentials: Credentials, { service, region, date }: Scope) {
  const time = `${date.toISOString().replace(/[-:]|\.\d+/g, '')}`
  const day = time.slice(0, 8)
  const bodyHash = sha256(request.body)
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': time,
  }
  credentials.sessionToken?.expose((token) => {
    headers['x-amz-security-token'] = token
  })

  const names = Object.keys(headers).sort()
  const path = encodePath(request.path)
  const query = encodeQuery(request.query)
  const canonical = [
    request.method,
    path,
    query,
    ...names.map((name) => `${name}:${headers[name]!.trim().replace(/\s+/g, ' ')}`),
    '',
    names.join(';'),
    bodyHash,
  ].join('\n')

  const scope = `${day}/${region}/${service}/aws4_request`
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`
  const signature = credentials.secretKey.expose((secret) =>
    hmac(signingKey(secret, day, region, service), text).toString('hex'),
  )
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKey}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { target: query === '' ? path : `${path}?${query}`, headers }
}

/** RFC 3986: what `encodeURIComponent` leaves, `!'()*`, is encoded too. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

export const encodePath = (path: string) => path.split('/').map(encode).join('/')

/** Sorted by encoded name, as the signature wants it. */
export const encodeQuery = (query: Readonly<Record<string, string>>) =>
  Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join('&')

const signingKey = (secret: string, day: string, region: string, service: string) =>
  [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`)

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
