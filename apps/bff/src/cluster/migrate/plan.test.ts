import type { IamItem } from '@strongroom/shared/iam'
import { expect, test } from 'vitest'
import { inOrder, planOf } from './plan.ts'

const item = (kind: IamItem['kind'], name: string, more: Partial<IamItem> = {}): IamItem => ({
  path: `${kind}/${name}`,
  kind,
  name,
  state: 'plaintext',
  movable: true,
  sizeBytes: 1,
  copies: 4,
  drives: 4,
  ...more,
})

const items = [
  item('server-config', 'config.json'),
  item('user', 'a'),
  item('user', 'b'),
  item('user', 'c', { state: 'kms', key: 'K2' }),
  item('user', 'd', { state: 'kms', key: 'K1' }),
  item('policy', 'p'),
  item('policy', 'q', { state: 'root-credentials' }),
  item('policy-mapping', 'users/a'),
  item('sts', 'temporary', { movable: false }),
]

const NONE = new Set<string>()

test('one item of each kind, then kind by kind, what others refer to first', () => {
  const plan = planOf(items, 'K2', NONE)
  expect(plan.pilot.map(({ path }) => path)).toEqual([
    'policy/p',
    'user/a',
    'policy-mapping/users/a',
    'server-config/config.json',
  ])
  expect(plan.rest.map((kind) => kind.map(({ path }) => path))).toEqual([['policy/q'], ['user/b', 'user/d']])
  expect(new Set(inOrder(plan)).size).toBe(7)
})

test('from key to key, what is under the new one stays', () => {
  expect(inOrder(planOf(items, 'K1', NONE)).map(({ path }) => path)).not.toContain('user/d')
  expect(inOrder(planOf(items, 'K1', NONE)).map(({ path }) => path)).toContain('user/c')
})

test('what earlier runs stopped at comes last', () => {
  const plan = planOf(items, 'K2', new Set(['policy/p', 'user/a']))
  expect(inOrder(plan).map(({ path }) => path)).toEqual([
    ...['policy/q', 'user/b', 'policy-mapping/users/a', 'server-config/config.json'],
    ...['user/d', 'policy/p', 'user/a'],
  ])
})
