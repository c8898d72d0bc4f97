import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareCopy, comparisonText, isWhole } from '../src/cluster/buckets/batch-comparison.ts'
import { inParallel } from '../src/cluster/in-parallel.ts'
import { type BatchHouse, openBatchHouse, sseS3 } from './batch-jobs-house.ts'

let house: BatchHouse

beforeAll(async () => {
  house = await openBatchHouse()
}, 120_000)

afterAll(async () => {
  await house?.direct.close()
  await house?.close()
})

const compared = (prefix: string, startedAt: Date) =>
  compareCopy({ minio: house.direct, credentials: house.me }, { bucket: 'left', prefix, target: 'right', startedAt })

/** By bytes, as MinIO lists them; JavaScript would have the third after the fourth. */
const NAMES = ['a', 'b"<&>', 'm/\uff5e', 'm/\u{1f600}', 'z\n2']

test('two buckets are compared over pages, also where names sort otherwise in JavaScript', async () => {
  await house.mc(async (mc) => {
    await mc('mb', 'demo/left')
    await mc('mb', 'demo/right')
  })
  for (const name of NAMES) await house.put(`/left/${name}`, name)
  // As a copy does it, with the times of the source.
  for (const [index, { modified }] of (await house.versions('left')).entries())
    await house.put(`/right/${NAMES[index]}`, NAMES[index]!, {
      ...{ ...sseS3, 'x-minio-source-replication-request': 'true', 'x-minio-source-mtime': modified },
    })
  const many = Array.from({ length: 1_050 }, (_, index) => `/left/many/${index}`)
  await inParallel(many, 16, (path) => house.put(path, 'x'))
  const odd = await compared('', new Date())
  expect(odd).toEqual({
    ...{ same: 5, missing: 1_050, since: 0, different: 0, extra: 0, plain: 0 },
    markers: { source: 0, copy: 0 },
  })
  expect(isWhole(odd!)).toBe(false)
  expect(comparisonText(odd!)).toContain('1050 versions are missing in the copy.')
  expect(await compared('', new Date(0))).toMatchObject({ same: 5, missing: 0, since: 1_050 })

  await house.put('/right/m/\u{1f600}', 'other', sseS3)
  await house.put('/right/m/extra', 'extra')
  const found = await compared('m/', new Date())
  expect(found).toMatchObject({ same: 1, missing: 0, different: 1, extra: 1, plain: 1 })
  expect(comparisonText(found!)).toContain('1 version of the copy is not encrypted')
}, 60_000)
