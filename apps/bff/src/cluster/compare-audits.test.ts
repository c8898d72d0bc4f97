import type { IamItem, ItemChange } from '@strongroom/shared/iam'
import { describe, expect, test } from 'vitest'
import { becamePlaintext, compareItems } from './compare-audits.ts'

const item = (over: Partial<IamItem> = {}): IamItem => ({
  path: 'config/iam/users/alice/identity.json',
  kind: 'user',
  name: 'alice',
  state: 'kms',
  key: 'prod',
  movable: true,
  sha256: 'aa',
  sizeBytes: 400,
  copies: 4,
  drives: 4,
  ...over,
})

/** Of exactly these members: no key and no hash where none are given. */
const plain = (over: Partial<IamItem> = {}): IamItem => {
  const { key: _key, sha256: _hash, ...rest } = item({ state: 'plaintext', ...over })
  return rest
}
const unreadable = () => ({ ...plain(), state: 'unreadable' as const })
const root = (over: Partial<IamItem> = {}): IamItem => {
  const { key: _key, ...rest } = item({ state: 'root-credentials', ...over })
  return rest
}

const changes: [string, IamItem | null, IamItem | null, ItemChange | 'unchanged'][] = [
  ['sealed, then plaintext', item(), plain(), 'regressed'],
  ['under root, then plaintext', root(), plain(), 'regressed'],
  ['a key, then root', item(), root({ sha256: 'bb' }), 'regressed'],
  ['root, then not readable', root(), unreadable(), 'regressed'],
  ['readable, then not', item(), unreadable(), 'regressed'],
  ['plaintext, then not readable', plain(), unreadable(), 'regressed'],
  ['opened, then not opening', item({ opened: 'opened' }), item({ opened: 'failed' }), 'regressed'],
  ['another key', item(), item({ key: 'new', sha256: 'bb' }), 'moved'],
  ['plaintext, then sealed', plain(), item(), 'moved'],
  ['root, then a key', root(), item(), 'moved'],
  ['not readable, then readable', unreadable(), item(), 'moved'],
  ['a failed one that opens', item({ opened: 'failed' }), item({ opened: 'opened' }), 'unchanged'],
  ['new', null, item(), 'appeared'],
  ['deleted', item(), null, 'gone'],
  ['other bytes', item(), item({ sha256: 'bb' }), 'rewritten'],
  ['plaintext of another size', plain(), plain({ sizeBytes: 401 }), 'rewritten'],
  ['the same', item(), item(), 'unchanged'],
  ['the same plaintext', plain(), plain(), 'unchanged'],
  ['still not readable', unreadable(), unreadable(), 'unchanged'],
]

test.each(changes)('%s', (_, before, after, change) => {
  const { counts, changes: told } = compareItems(before ? [before] : [], after ? [after] : [])
  expect(counts[change]).toBe(1)
  expect(Object.values(counts).reduce((sum, count) => sum + count)).toBe(1)
  expect(told.map((each) => each.change)).toEqual(change === 'unchanged' ? [] : [change])
})

describe('a comparison', () => {
  const at = (name: string, over: Partial<IamItem> = {}) => item({ path: `config/iam/users/${name}`, name, ...over })

  test('lists the worst first, then by path, with what sealed each before and after', () => {
    const before = [at('a'), at('b'), at('c'), at('d', { state: 'plaintext' }), at('e')]
    const after = [at('a', { state: 'plaintext' }), at('b', { sha256: 'x' }), at('c', { key: 'n' }), at('d'), at('f')]
    const { changes: told } = compareItems(before, after)
    expect(told.map(({ name, change }) => `${name} ${change}`)).toEqual([
      'a regressed',
      'c moved',
      'd moved',
      'f appeared',
      'e gone',
      'b rewritten',
    ])
    expect(told[1]).toMatchObject({ before: { state: 'kms', key: 'prod' }, after: { state: 'kms', key: 'n' } })
    expect(told[3]!.before).toBeNull()
    expect(told[4]!.after).toBeNull()
  })

  test('names what was sealed and is plaintext now, and nothing else', () => {
    expect(becamePlaintext([at('a'), at('b'), plain()], [at('a', { state: 'plaintext' }), at('b'), plain()])).toEqual([
      'config/iam/users/a',
    ])
  })

  test('takes 10,000 items in little time', () => {
    const many = (key: string) => Array.from({ length: 10_000 }, (_, index) => at(`user-${index}`, { key }))
    const began = performance.now()
    expect(compareItems(many('old'), many('new')).counts.moved).toBe(10_000)
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})
