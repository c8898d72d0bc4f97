import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { inspectDrives, isTooLarge } from './inspect.ts'
import { connectMinio } from './transport.ts'

test('a reply that is too large is cut off, and told apart from other failures', async () => {
  const server = createServer((_, response) => response.end(Buffer.alloc(5_000, 1)))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const minio = connectMinio({
    endpoint: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    region: 'us-east-1',
  })
  const ask = (maxReplyBytes: number) => {
    const credentials = { accessKey: 'a', secretKey: new Secret('b') }
    return inspectDrives(minio, credentials, { volume: '.minio.sys', file: 'config/*' }, { maxReplyBytes }).then(
      () => 'read',
      (error: unknown) => (isTooLarge(error) ? 'too large' : (error as { code: string }).code),
    )
  }
  expect(await ask(4_000)).toBe('too large')
  expect(await ask(6_000)).toBe('upstream-failed')
  await minio.close()
  server.close()
})
