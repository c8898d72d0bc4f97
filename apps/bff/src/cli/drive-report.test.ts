import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { reportDrives } from './drive-report.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'strongroom-drive-report-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const VOLUME = '.minio.sys'
const SETS = [
  ['a', 'b'],
  ['c', 'd'],
]
const OTHER_POOL = [['e', 'f', 'g', 'h']]

function drive(id: string, sets: string[][]) {
  mkdirSync(join(root, id, VOLUME), { recursive: true })
  const xl = { version: '3', this: id, sets, distributionAlgo: 'SIPMOD+PARITY' }
  writeFileSync(join(root, id, VOLUME, 'format.json'), JSON.stringify({ format: 'xl', id: 'cluster-1', xl }))
  return join(root, id)
}

test('all drives of a cluster', async () => {
  const paths = ['a', 'b', 'c', 'd'].map((id) => drive(id, SETS))
  expect(await reportDrives(paths, VOLUME)).toEqual({
    deploymentId: 'cluster-1',
    layout: 'erasure',
    folders: paths.map((path) => ({ path, trouble: null })),
    total: 4,
    unseenSets: 0,
    unplaced: 0,
  })
})

test('a set without a drive here is counted, and so are the drives of another pool', async () => {
  const paths = [drive('b', SETS), drive('g', OTHER_POOL), join(root, 'gone'), root]
  const { folders, ...report } = await reportDrives(paths, VOLUME)
  expect(report).toEqual({ deploymentId: 'cluster-1', layout: 'erasure', total: 8, unseenSets: 1, unplaced: 0 })
  expect(folders.map(({ trouble }) => trouble)).toEqual([null, null, expect.any(String), expect.any(String)])
})

test('a pool that is not mounted is not taken for drives of another', async () => {
  const good = ['a', 'b', 'c', 'd'].map((id) => drive(id, SETS))
  const away = [1, 2, 3, 4].map((number) => join(root, 'pool2', `d${number}`))
  expect(await reportDrives([...good, ...away], VOLUME)).toMatchObject({ total: 4, unseenSets: 0, unplaced: 4 })
  const [, ...three] = good
  expect(await reportDrives([...three, join(root, 'gone'), ...away], VOLUME)).toMatchObject({ unplaced: 4 })
  expect(await reportDrives([...three, join(root, 'gone')], VOLUME)).toMatchObject({ unplaced: 0 })
})

test('a folder that is no drive at all', async () => {
  expect(await reportDrives([root], VOLUME)).toMatchObject({ deploymentId: null, layout: null, total: null })
})
