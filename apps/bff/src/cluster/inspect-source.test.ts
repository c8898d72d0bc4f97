import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Minio as Server, startMinio } from '@strongroom/sandbox/minio'
import { unpackDrives } from '@strongroom/sandbox/seed'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newInspectKeyPair } from '../minio/inspect.ts'
import { connectMinio, type Minio, type MinioCall } from '../minio/transport.ts'
import { loadHighwayHash } from '../native/highway-hash.ts'
import { Secret } from '../secret.ts'
import { type DriveReader, readItem } from './drive-reader.ts'
import { folderSource } from './folder-source.ts'
import { inspectSource, systemVolume } from './inspect-source.ts'
import type { ItemSource } from './item-source.ts'

const ARCHIVE = new URL('../../../sandbox/fixtures/acme-2021.tar.gz', import.meta.url).pathname
const AMELIA = 'config/iam/users/amelia/identity.json'
/** Names that a pattern could take for something else, and such that make folders. */
const ODD = ['[x]', 'a*', 'b\\c?', 'müller', 'uid=a,ou=x/y/dc=z', 'uid=q/[r/s', '{a,b}']
const CROWD = 700

let folder: string
let drives: readonly string[]
let server: Server
let minio: Minio
let reader: DriveReader
let asked: string[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-inspect-'))
  ;({ drives } = await unpackDrives(ARCHIVE, join(folder, 'drives')))
  const users = [...ODD, ...Array.from({ length: CROWD }, (_, index) => `crowd-${index}`)]
  // Under root credentials an item opens wherever it lies, so that copies are users to MinIO too.
  for (const drive of drives)
    for (const name of users) {
      const item = join(drive, '.minio.sys/config/iam/users', name, 'identity.json')
      await mkdir(dirname(item), { recursive: true })
      await cp(join(drive, '.minio.sys', AMELIA), item, { recursive: true })
    }
  server = await startMinio({
    drives: [...drives],
    env: { MINIO_ROOT_USER: 'acme-root', MINIO_ROOT_PASSWORD: 'acme-Root-Secret-2021!' },
  })
  minio = connectMinio({ endpoint: new URL(server.endpoint), region: 'us-east-1' })
  const counting: Minio = {
    ...minio,
    send: (call: MinioCall) => {
      asked.push(new URLSearchParams(String(call.body)).get('file') ?? '')
      return minio.send(call)
    },
  }
  reader = {
    minio: counting,
    credentials: { accessKey: 'acme-root', secretKey: new Secret('acme-Root-Secret-2021!') },
    keyPair: await newInspectKeyPair(),
    highwayHash: await loadHighwayHash(),
  }
}, 120_000)

afterAll(async () => {
  await minio?.close()
  await server?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

async function readAll(source: ItemSource) {
  const items: string[] = []
  const seenOn = new Set<string>()
  let largest = 0
  for await (const batch of source.batches()) {
    largest = Math.max(largest, batch.items.length)
    for (const drive of batch.drives) seenOn.add(drive)
    for (const { path, bytes, copies, drives: set } of batch.items)
      items.push(`${path} ${copies}/${set} ${bytes && createHash('sha256').update(bytes).digest('hex')}`)
  }
  return { items: items.sort(), drives: seenOn.size, largest }
}

test('the running cluster shows what lies on its drives, each item once, in replies of bounded size', async () => {
  asked = []
  const source = inspectSource(reader, await systemVolume(reader))
  const online = await readAll(source)
  expect(online.items).toEqual((await readAll(folderSource(drives))).items)
  expect(online.items.length).toBeGreaterThan(CROWD + 69)
  for (const name of ODD)
    expect(
      online.items.some((item) => item.includes(`users/${name}/identity.json`)),
      name,
    ).toBe(true)
  expect(online.drives).toBe(4)
  expect(online.largest).toBeLessThanOrEqual(625)
  expect(asked.length).toBeLessThan(40)
  expect(await source.legacyMarker()).toBe(true)
}, 60_000)

test.each([...ODD, 'amelia'])('one item is read by itself: %s', async (name) => {
  asked = []
  const item = await readItem(reader, `config/iam/users/${name}/identity.json`)
  expect(item).toMatchObject({ copies: 4, drives: 4, trouble: undefined, modTimeNs: expect.any(BigInt) })
  expect(item?.bytes?.length).toBeGreaterThan(100)
  expect(asked.length).toBeLessThanOrEqual(/[[\\*?]/.test(name) ? 2 : 1)
})

test('what is not there is undefined', async () => {
  expect(await readItem(reader, 'config/iam/users/nobody/identity.json')).toBeUndefined()
})

test('a walk that is stopped asks no more', async () => {
  const stop = new AbortController()
  const reading = async () => {
    for await (const _ of inspectSource(reader).batches(stop.signal)) stop.abort()
  }
  await expect(reading()).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
})
