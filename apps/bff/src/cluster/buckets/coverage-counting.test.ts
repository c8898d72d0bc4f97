import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { closePeers, peer } from '../../../test/http-peer.ts'
import { AppError } from '../../errors.ts'
import { Leases } from '../../jobs/lease.ts'
import { Secret } from '../../secret.ts'
import { Counting } from './coverage-counting.ts'
import { CoverageStore } from './coverage-store.ts'

let dir: string
let store: CoverageStore
let leases: Leases
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'counting-'))
  store = new CoverageStore(dir)
  leases = new Leases(join(dir, 'leases'))
})
afterEach(async () => {
  await closePeers()
  rmSync(dir, { recursive: true })
})

const credentials = { accessKey: 'somebody', secretKey: new Secret('a-secret') }
const ORDER = { bucket: 'b', prefix: '', fresh: false, by: 'somebody' }
const names = Array.from({ length: 700 }, (_, at) => `k${String(at).padStart(3, '0')}`)

const versionXml = (key: string) =>
  `<Version><Key>${key}</Key><LastModified>2026-11-21T13:00:00.000Z</LastModified><Size>1</Size><UserMetadata><content-type>x</content-type></UserMetadata><IsLatest>true</IsLatest><VersionId>null</VersionId></Version>`

/** A MinIO that needs too long for pages of more than `most`. */
const slowMinio = (most: number, asked: number[]) =>
  peer(({ url }, response) => {
    const query = new URL(url!, 'http://x').searchParams
    const limit = Number(query.get('max-keys'))
    asked.push(limit)
    if (limit > most) return
    const from = names.findIndex((name) => name > (query.get('key-marker') ?? ''))
    const page = names.slice(from, from + limit)
    const more = from + limit < names.length
    const marker = more ? `<NextKeyMarker>${page.at(-1)}</NextKeyMarker>` : ''
    response.end(
      `<ListVersionsResult><IsTruncated>${more}</IsTruncated>${marker}${page.map(versionXml).join('')}</ListVersionsResult>`,
    )
  })

test('asks for less where MinIO needs too long, and for more again after that', async () => {
  const asked: number[] = []
  const minio = await slowMinio(100, asked)
  await using lease = await leases.take('b', 'somebody')
  await using counting = await Counting.open(store, lease, ORDER)
  for (let more = true; more; ) {
    const page = await counting.fetch({ minio, credentials }, 200)
    await counting.take(page, ['somebody'])
    more = page.next !== undefined
  }
  expect(asked.slice(0, 3)).toEqual([1_000, 250, 63])
  expect(asked.some((limit) => limit > 100 && asked.indexOf(limit) > 2)).toBe(true)
  expect(await counting.finish()).toMatchObject({ total: 700, plain: 700, listed: 700, by: ['somebody'] })
})

test('gives up a page that takes too long even for one version', async () => {
  const asked: number[] = []
  const minio = await slowMinio(0, asked)
  await using lease = await leases.take('b', 'somebody')
  await using counting = await Counting.open(store, lease, ORDER)
  await expect(counting.fetch({ minio, credentials }, 50)).rejects.toMatchObject({ code: 'upstream-unreachable' })
  expect(asked).toEqual([1_000, 250, 63, 16, 4, 1])
})

test('does not go round in circles', async () => {
  const minio = await peer((_, response) => {
    response.end(
      `<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>${versionXml('k')}</ListVersionsResult>`,
    )
  })
  await using lease = await leases.take('b', 'somebody')
  await using counting = await Counting.open(store, lease, ORDER)
  await counting.take(await counting.fetch({ minio, credentials }), [])
  const again = await counting.fetch({ minio, credentials })
  await expect(counting.take(again, [])).rejects.toThrow(AppError)
  expect(counting.total).toBe(1)
})

test('writes nothing more once another console has taken over', async () => {
  const minio = await slowMinio(100, [])
  const lost = { requireHeld: () => Promise.reject(new AppError('conflict', 'taken over')) }
  const counting = await Counting.open(store, lost, ORDER)
  const before = await store.findUnfinished('b')
  await expect(counting.take(await counting.fetch({ minio, credentials }, 200), [])).rejects.toThrow('taken over')
  await counting[Symbol.asyncDispose]()
  expect(await store.findUnfinished('b')).toEqual(before)
})

test('begins anew where MinIO did not tell somebody else, and goes on for the same one', async () => {
  await using lease = await leases.take('b', 'somebody')
  const version = { versionId: 'null', current: true, sizeBytes: 1, modifiedAt: new Date().toISOString() }
  const untold = { ...version, key: 'k', mode: 'unknown' as const, storageClass: 'STANDARD' }
  const page = { versions: [untold], markers: 0, next: { key: 'k', versionId: 'null' } }
  {
    await using counting = await Counting.open(store, lease, { ...ORDER, fresh: true })
    await counting.take(page, ['somebody'])
  }
  {
    await using again = await Counting.open(store, lease, ORDER)
    expect(again.total).toBe(1)
  }
  await using other = await Counting.open(store, lease, { ...ORDER, by: 'somebody-else' })
  expect(other.total).toBe(0)
})
