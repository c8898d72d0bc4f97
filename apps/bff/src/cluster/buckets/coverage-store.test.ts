import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newCounting, type Unfinished } from './coverage-record.ts'
import { CoverageStore } from './coverage-store.ts'
import { recordOf } from './record-name.ts'

let dir: string
let store: CoverageStore
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'coverage-'))
  store = new CoverageStore(dir)
})
afterEach(() => rmSync(dir, { recursive: true }))

const files = (folder: string) => {
  try {
    return readdirSync(join(dir, 'coverage', folder)).sort()
  } catch {
    return []
  }
}

let made = 0
/** A counting with so many plain versions, and its list. */
async function counting(plain: number, prefix = '', bucket = 'photos'): Promise<Unfinished> {
  // Runs of one millisecond have no order among them.
  await new Promise((resolve) => setTimeout(resolve, 2))
  const tally = { count: plain, bytes: plain }
  const begun: Unfinished = {
    ...newCounting(bucket, prefix),
    by: ['somebody'],
    pages: 1,
    list: { bytes: 5, rows: plain },
    counted: {
      counts: [{ state: 'plain', current: tally, older: { count: 0, bytes: 0 } }],
      deleteMarkers: 0,
      byPrefix: [],
    },
  }
  await store.keepUnfinished(begun)
  const list = store.listPathOf(begun)
  mkdirSync(dirname(list), { recursive: true })
  writeFileSync(list, `${made++}`.padStart(5))
  return begun
}

const listOf = async (bucket: string) => new Response(await store.openList(bucket)).text()

test('shows what is under way, then what came of it', async () => {
  const begun = await counting(3)
  expect(store.summary('photos')).toMatchObject({ takenAt: null, plain: 3 })
  expect(await store.read('photos')).toMatchObject({ complete: null, unfinished: { plain: 3, goesOnAfter: '' } })
  await expect(listOf('photos')).rejects.toMatchObject({ code: 'not-found' })
  const found = await store.finish(begun)
  expect(store.summary('photos')).toMatchObject({ takenAt: found.takenAt, plain: 3 })
  expect(await store.read('photos')).toEqual({ complete: found, unfinished: null })
  expect(await listOf('photos')).toBe(readFileSync(store.listPathOf(begun), 'utf8'))
  expect(store.summary('others')).toBeNull()
})

test('has the last result stay while the next is under way, and then takes its files away', async () => {
  const first = await counting(3)
  await store.finish(first)
  const list = await listOf('photos')
  const second = await counting(2)
  expect(store.summary('photos')).toMatchObject({ plain: 3 })
  expect(await store.read('photos')).toMatchObject({ complete: { plain: 3 }, unfinished: { plain: 2 } })
  expect(await listOf('photos')).toBe(list)
  const reading = await store.openList('photos')
  await store.finish(second)
  expect(await new Response(reading).text()).toBe(list)
  expect(store.summary('photos')).toMatchObject({ plain: 2 })
  expect(files('finished')).toEqual([`${recordOf('photos')}-${second.run}.json`])
  expect(files('lists')).toEqual([`${recordOf('photos')}-${second.run}.plain.csv`])
  expect(files('unfinished')).toEqual([])
})

test('keeps the counting of the whole bucket beside one of a prefix', async () => {
  await store.finish(await counting(9))
  await store.finish(await counting(1, 'a/'))
  await store.finish(await counting(2, 'b/'))
  expect(store.summary('photos')).toMatchObject({ prefix: '', plain: 9 })
  expect((await store.read('photos')).complete).toMatchObject({ prefix: 'b/', plain: 2 })
  expect(files('finished')).toHaveLength(2)
  await store.finish(await counting(8))
  expect(files('finished')).toHaveLength(1)
  expect(files('lists')).toHaveLength(1)
})

test('a counting that was cut off right at its end is at its end', async () => {
  const begun = await counting(3)
  const before = readFileSync(join(dir, 'coverage', 'unfinished', `${recordOf('photos')}.json`))
  await store.finish(begun)
  writeFileSync(join(dir, 'coverage', 'unfinished', `${recordOf('photos')}.json`), before)
  const later = new CoverageStore(dir)
  await later.load()
  expect(await later.findUnfinished('photos')).toBeUndefined()
  expect(await later.read('photos')).toMatchObject({ complete: { plain: 3 }, unfinished: null })
  expect(later.summary('photos')?.takenAt).not.toBeNull()
})

test('sees what another console keeps, and what it takes away', async () => {
  const other = new CoverageStore(dir)
  await other.load()
  expect(other.summary('photos')).toBeNull()
  const begun = await counting(3)
  await other.refresh()
  expect(other.summary('photos')).toMatchObject({ takenAt: null, plain: 3 })
  await store.finish(begun)
  await store.finish(await counting(4))
  expect((await other.read('photos')).complete).toMatchObject({ plain: 4 })
  expect(other.summary('photos')).toMatchObject({ plain: 4 })
})

test('forgets a counting that is not gone on with', async () => {
  await store.dropUnfinished(await counting(3))
  expect(store.summary('photos')).toBeNull()
  expect([...files('unfinished'), ...files('lists')]).toEqual([])
})

test('nobody else may read what it keeps', async () => {
  await store.finish(await counting(3))
  for (const folder of ['finished', 'unfinished'])
    expect(statSync(join(dir, 'coverage', folder)).mode & 0o777).toBe(0o700)
  const [file] = files('finished')
  expect(statSync(join(dir, 'coverage', 'finished', file!)).mode & 0o777).toBe(0o600)
})

test('a file that can’t be read counts as none', async () => {
  await store.finish(await counting(3))
  const [file] = files('finished')
  writeFileSync(join(dir, 'coverage', 'finished', file!), '{"run":')
  const later = new CoverageStore(dir)
  await later.load()
  expect(later.summary('photos')).toBeNull()
  expect(await later.read('photos')).toEqual({ complete: null, unfinished: null })
})
