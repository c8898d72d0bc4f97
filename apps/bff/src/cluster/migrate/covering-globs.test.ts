import { describe, expect, test } from 'vitest'
import { coveringGlobs } from './covering-globs.ts'

const user = (name: string) => `config/iam/users/${name}/identity.json`
const numbered = Array.from({ length: 300 }, (_, index) => user(`user-${String(index).padStart(4, '0')}`))

const patterns = (names: readonly string[], known = names) =>
  coveringGlobs(names.map(user), known.map(user).sort()).map(({ pattern }) =>
    pattern.slice('config/iam/users/'.length, -'/identity.json'.length),
  )

describe('patterns that cover a few paths', () => {
  test('neighbours are read in one call', () => {
    expect(coveringGlobs(numbered.slice(1, 7), numbered)).toEqual([
      { pattern: user('user-000[123456]'), paths: numbered.slice(1, 7) },
    ])
  })

  test('names of many lengths are', () => {
    expect(patterns(['anna', 'anton', 'arno'])).toEqual(['a[nr][nt][ao]*'])
  })

  test('what would fit many others is parted', () => {
    const others = Array.from({ length: 200 }, (_, index) => `a${index}z`)
    const found = patterns(['a1', 'zoe'], ['a1', 'zoe', ...others])
    expect(found).toEqual(['a1', 'zoe'])
  })

  test('characters that mean something stand for themselves', () => {
    expect(patterns(['a*b'])).toEqual(['a\\*b'])
    expect(patterns(['x-', 'x]', 'x^'])).toEqual(['x[\\-\\]\\^]'])
  })

  test('a character outside the basic plane is one', () => {
    expect(patterns(['a😀', 'a😁'])).toEqual(['a[😀😁]'])
  })

  test('paths of other depth are read apart', () => {
    expect(coveringGlobs(['a/b/c', 'a/b'], []).map(({ pattern }) => pattern)).toEqual(['a/b', 'a/b/c'])
  })

  test('every path is covered once', () => {
    const covered = coveringGlobs(
      numbered.filter((_, index) => index % 7 === 0),
      numbered,
    )
    expect(covered.flatMap(({ paths }) => paths).sort()).toEqual(numbered.filter((_, index) => index % 7 === 0))
  })
})
