import { type IamItem, listAuditItems, startAudit } from '@strongroom/shared/iam'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openConsole, type TestConsole } from '../../test/console.ts'
import { type House, openHouse } from '../../test/house.ts'
import { addUser, SECRET } from '../../test/users.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const KEY = 'legacy-master-key'

let house: House
let open: TestConsole

beforeAll(async () => {
  house = await openHouse({ fixture: 'legacy-interrupted-4drives' })
  open = await openConsole(house)
})
afterAll(() => house?.close())

interface Statement {
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource?: readonly string[]
}

/** MinIO takes `admin:InspectData` in a policy only by a pattern: see cluster/migrate/job-policy.ts. */
const INSPECT: Statement = { Effect: 'Allow', Action: ['*:*p*ect*'], Resource: ['arn:aws:s3:::?'] }
const allow = (Action: string, Resource?: string): Statement => ({
  ...{ Effect: 'Allow', Action: [Action] },
  ...(Resource !== undefined && { Resource: [Resource] }),
})

/** What came of the items under the root credentials, and under the key: each outcome once. */
async function openedBy(name: string, secret = SECRET) {
  const client = open.browser()
  await client.signIn(name, secret)
  const { state, message } = await client.job(startAudit, { depth: 'opened' })
  expect(state, message).toBe('done')
  const { items } = await client.call(listAuditItems, { limit: 10_000 })
  const outcomes = (wanted: IamItem['state']) =>
    // No key of today opens targets of 2021.
    [
      ...new Set(
        items.filter((item) => item.state === wanted && item.kind !== 'bucket-targets').map((item) => item.opened),
      ),
    ]
  return { root: outcomes('root-credentials'), kms: outcomes('kms') }
}

const none: readonly Statement[] = []
const cases: [string, readonly Statement[], { root: string[]; kms: string[] }][] = [
  ['inspector', none, { root: ['no-key'], kms: ['no-key'] }],
  ['lister', [allow('kms:ListKeys')], { root: ['no-key'], kms: ['no-key'] }],
  ['stranger', [allow('kms:KeyStatus', 'arn:minio:kms:::team-*')], { root: ['no-key'], kms: ['no-key'] }],
  ['keyholder', [allow('kms:KeyStatus', `arn:minio:kms:::${KEY}`)], { root: ['no-key'], kms: ['opened'] }],
  ['settler', [allow('admin:ConfigUpdate')], { root: ['opened'], kms: ['no-key'] }],
]

test.each(cases)(
  'the console’s keys are used for %s no further than MinIO lets them',
  async (name, rights, outcome) => {
    await addUser(house, name, [INSPECT, ...rights])
    expect(await openedBy(name)).toEqual(outcome)
  },
)

test('the root user has all of them used', async () => {
  const { rootUser, rootPassword } = house.truth
  expect(await openedBy(rootUser, rootPassword)).toEqual({ root: ['opened'], kms: ['opened'] })
})
