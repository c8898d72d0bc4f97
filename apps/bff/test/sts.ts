import { SignatureV4 } from '@smithy/signature-v4'
import type { Identity } from './fixture.ts'
import { Sha256 } from './sha256.ts'

/** Asks MinIO for temporary credentials with somebody's secret: `ok`, or the code of the refusal. */
export async function assumeRole(endpoint: string, { accessKey, secretKey }: Identity, region: string) {
  const { hostname, port, host } = new URL(endpoint)
  const signer = new SignatureV4({
    service: 'sts',
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    sha256: Sha256,
  })
  const body = 'Action=AssumeRole&Version=2011-06-15&DurationSeconds=900'
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    query: {},
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  })
  const reply = await fetch(endpoint, { method: 'POST', headers: asBytes(headers), body })
  const text = await reply.text()
  if (reply.ok) return text.includes('<SessionToken>') ? 'ok' : 'no token'
  return `${reply.status} ${/<Code>(\w+)<\/Code>/.exec(text)?.[1]}`
}

/** `fetch` writes a header as Latin-1, and MinIO reads names as UTF-8. */
const asBytes = (headers: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name !== 'host')
      .map(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  )
