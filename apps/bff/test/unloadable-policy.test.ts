import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { untilIamLoaded } from '@strongroom/sandbox/objects'
import { listAuditItems, startAudit } from '@strongroom/shared/iam'
import { readKms } from '@strongroom/shared/kms'
import { readOverview } from '@strongroom/shared/overview'
import { expect, test } from 'vitest'
import { openConsole } from './console.ts'
import { openHouse } from './house.ts'

const POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', NotAction: ['s3:DeleteObject'], Resource: ['arn:aws:s3:::*'] }],
}

test.each([
  ['static-latest', 'opened'],
  ['plaintext-latest', 'names'],
] as const)(
  'a policy that MinIO takes and can’t read back is found before the next start: %s',
  async (fixture, depth) => {
    const house = await openHouse({ fixture, broken: true })
    try {
      const file = join(house.dir, 'all-but.json')
      writeFileSync(file, JSON.stringify(POLICY))
      await house.mc(async (mc) => {
        expect(await untilIamLoaded(mc, AbortSignal.timeout(30_000))).toBe(true)
        await mc('admin', 'policy', 'create', 'demo', 'all-but', file)
      })
      const root = await (await openConsole(house)).rootBrowser()
      await root.job(startAudit, { depth })
      const { items } = await root.call(listAuditItems, { limit: 10_000 })
      expect(items.filter(({ unloadable }) => unloadable)).toMatchObject([
        { path: 'config/iam/policies/all-but/policy.json', note: expect.stringContaining('NotAction') },
      ])
      const title = 'Policy all-but would keep MinIO from loading its users at the next start'
      expect((await root.call(readOverview, {})).findings).toContainEqual(expect.objectContaining({ title }))

      await house.startMinio()
      expect((await root.call(readKms, {})).iamLoaded).toBe(false)
    } finally {
      await house.close()
    }
  },
  90_000,
)
