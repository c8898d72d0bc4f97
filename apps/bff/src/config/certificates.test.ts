import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serverCertificate } from '@strongroom/devkes/certificate'
import { clientFiles } from '@strongroom/sandbox/pem-files'
import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import { KesDoors } from '../cluster/kes-doors.ts'
import { connectMinio } from '../minio/transport.ts'
import type { CaChange } from './certificates.ts'
import { readConfig } from './config.ts'

const dir = mkdtempSync(join(tmpdir(), 'strongroom-authorities-'))
const [old, next] = ['old', 'next'].map(() => serverCertificate({ ips: ['127.0.0.1'], dns: [] }))
let server: Server | undefined
afterAll(() => {
  server?.closeAllConnections()
  server?.close()
  rmSync(dir, { recursive: true, force: true })
})

/** Stands for KES and for MinIO at once: what matters is whether it is trusted. */
async function serve({ certPem: cert, keyPem: key }: typeof old & object, port = 0): Promise<number> {
  server?.closeAllConnections()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)))
  server = createServer({ cert, key }, (_, reply) => reply.end('{}'))
  await new Promise<void>((resolve) => server!.listen(port, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

test('authorities are exchanged without a restart, and files that can’t be used change nothing', async () => {
  const port = await serve(old!)
  const [kesCa, minioCas] = [join(dir, 'kes-ca.crt'), join(dir, 'cas')]
  mkdirSync(minioCas)
  // As /etc/ssl/certs has them.
  symlinkSync('nowhere', join(minioCas, 'dangling.pem'))
  const client = clientFiles(dir, 'client')
  const write = (pem: string) => {
    writeFileSync(kesCa, pem)
    writeFileSync(join(minioCas, 'ca.crt'), pem)
  }
  write(old!.certPem)
  const told: CaChange[] = []
  const config = readConfig(
    {
      STRONGROOM_STATE_DIR: dir,
      STRONGROOM_MINIO_ENDPOINT: `https://127.0.0.1:${port}`,
      STRONGROOM_MINIO_CA: minioCas,
      MINIO_KMS_KES_ENDPOINT: `https://127.0.0.1:${port}`,
      MINIO_KMS_KES_CAPATH: kesCa,
      MINIO_KMS_KES_CERT_FILE: client.cert,
      MINIO_KMS_KES_KEY_FILE: client.key,
    },
    (change) => told.push(change),
  )
  const doors = new KesDoors(config.kes, pino({ level: 'silent' }))
  const minio = connectMinio({ endpoint: config.minio.endpoint, region: '', ca: () => config.minio.ca })
  const trusted = () =>
    Promise.all(
      [
        () => doors.observe!.call({ method: 'GET', path: '/version', act: 'read the version' }),
        () => minio.send({ method: 'GET', path: '/' }),
      ].map((ask) =>
        ask().then(
          () => true,
          (error: { code: string }) => error.code,
        ),
      ),
    )
  const passed = () => sleep(1_600)
  try {
    expect(await trusted()).toEqual([true, true])

    await serve(next!, port)
    expect(await trusted()).toEqual(['upstream-unreachable', 'upstream-unreachable'])
    write(next!.certPem)
    await passed()
    expect(await trusted()).toEqual([true, true])
    const names = ['MINIO_KMS_KES_CAPATH', 'STRONGROOM_MINIO_CA']
    expect(told.map(({ variable, unusable }) => [variable, unusable]).sort()).toEqual(names.map((name) => [name, null]))

    told.length = 0
    write('half writ')
    await passed()
    expect(await trusted()).toEqual([true, true])
    expect(told.map(({ variable, unusable }) => [variable, unusable?.message]).sort()).toEqual(
      names.map((name) => [name, expect.stringContaining('holds no certificate')]),
    )

    // Taken back, it is trusted no more.
    write(old!.certPem)
    await passed()
    expect(await trusted()).toEqual(['upstream-unreachable', 'upstream-unreachable'])

    // What can't even be looked at changes nothing, now and at the next look.
    await serve(old!, port)
    expect(await trusted()).toEqual([true, true])
    told.length = 0
    symlinkSync('loop.pem', join(minioCas, 'loop.pem'))
    for (let look = 0; look < 2; look++) {
      await passed()
      expect(await trusted()).toEqual([true, true])
    }
    expect(told).toEqual([
      {
        variable: 'STRONGROOM_MINIO_CA',
        unusable: expect.objectContaining({ message: expect.stringContaining('(ELOOP)') }),
      },
    ])
  } finally {
    await Promise.all([doors.close(), minio.close()])
  }
})
