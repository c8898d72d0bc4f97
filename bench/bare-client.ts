import { Agent, request } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../apps/bff/test/sha256.ts'

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
    method: 'POST' | 'PUT',
    path: string,
    query: Readonly<Record<string, string>>,
    form = '',
  ): Promise<number> {
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
        'content-length': String(Buffer.byteLength(form)),
        ...(form !== '' && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      body: form,
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
          let size = 0
          response.on('data', (chunk: Buffer) => {
            size += chunk.length
          })
          response.once('error', reject)
          response.once('end', () => {
            if (response.statusCode === 200) resolve(size)
            else reject(new Error(`${method} ${path} answered ${response.statusCode}.`))
          })
        },
      )
      call.once('error', reject)
      call.end(form)
    })
  }

  close() {
    this.#agent.destroy()
  }
}
