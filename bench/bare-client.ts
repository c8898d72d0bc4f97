import { Agent, request } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../apps/bff/test/sha256.ts'

interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Signed calls over connections that stay open, and nothing else: the least that a client of MinIO can do. */
export class BareClient {
  readonly #url: URL
  readonly #agent: Agent
  readonly #signer: SignatureV4

  constructor(
    endpoint: string,
    { accessKey, secretKey }: { accessKey: string; secretKey: string },
    connections: number,
  ) {
    this.#url = new URL(endpoint)
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
    this.#signer = new SignatureV4({
      service: 's3',
      region: 'us-east-1',
      credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
      sha256: Sha256,
    })
  }

  /** Reads the reply to its end and lets go of it. @returns its bytes. @throws Error when it is no success */
  async call(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    query: Readonly<Record<string, string>>,
    form = '',
  ): Promise<number> {
    let size = 0
    const headers = form === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
    await this.#exchange({ method, path, query, headers, body: form }, (chunk) => {
      size += chunk.length
    })
    return size
  }

  /** @throws Error when it is no success */
  async text(path: string, query: Readonly<Record<string, string>>): Promise<string> {
    const chunks: Buffer[] = []
    await this.#exchange({ method: 'GET', path, query, headers: {}, body: '' }, (chunk) => chunks.push(chunk))
    return Buffer.concat(chunks).toString()
  }

  /** @throws Error when it is no success */
  put(path: string, { query = {}, headers = {}, body = '' }: Partial<Exchange>): Promise<void> {
    return this.#exchange({ method: 'PUT', path, query, headers, body }, () => undefined)
  }

  async #exchange({ method, path, query, headers, body }: Exchange, take: (chunk: Buffer) => void): Promise<void> {
    const { hostname, port, host } = this.#url
    const signed = await this.#signer.sign({
      method,
      protocol: 'http:',
      hostname,
      port: Number(port),
      path,
      query: { ...query },
      headers: {
        host,
        'content-length': String(Buffer.byteLength(body)),
        ...headers,
      },
      body,
    })
    const text = Object.entries(query)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .join('&')
    return new Promise((resolve, reject) => {
      const call = request(
        {
          method,
          hostname,
          port,
          path: text === '' ? path : `${path}?${text}`,
          headers: signed.headers,
          agent: this.#agent,
        },
        (response) => {
          response.on('data', take)
          response.once('error', reject)
          response.once('end', () => {
            if (response.statusCode === 200) resolve()
            else reject(new Error(`${method} ${path} answered ${response.statusCode}.`))
          })
        },
      )
      call.once('error', reject)
      call.end(body)
    })
  }

  close() {
    this.#agent.destroy()
  }
}
