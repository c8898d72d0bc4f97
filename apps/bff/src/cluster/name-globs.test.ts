import { describe, expect, test } from 'vitest'
import { literal, nameGlobs, type Weighed } from './name-globs.ts'

/** Go's filepath.Match, as far as these patterns use it. */
function matcher(pattern: string): (name: string) => boolean {
  let source = ''
  const characters = [...pattern]
  for (let at = 0; at < characters.length; at++) {
    const each = characters[at]!
    if (each === '*') source += '[^/]*'
    else if (each === '[') {
      let set = ''
      while (characters[++at] !== ']') {
        if (characters[at] === '\\') at++
        set += `\\u{${characters[at]!.codePointAt(0)!.toString(16)}}`
      }
      source += `[${set}]`
    } else {
      if (each === '\\') at++
      source += `\\u{${characters[at]!.codePointAt(0)!.toString(16)}}`
    }
  }
  const expression = new RegExp(`^${source}$`, 'u')
  return (name) => expression.test(name)
}

const weighed = (names: readonly string[], weight = 4): Weighed => names.map((name) => [name, weight])

function check(names: readonly string[], limit: number) {
  const globs = nameGlobs(weighed(names), limit)
  for (const { pattern, names: made } of globs) {
    const fits = matcher(pattern)
    expect(names.filter(fits).sort(), pattern).toEqual([...made].sort())
    expect(made.length * 4 <= limit || made.length === 1, pattern).toBe(true)
  }
  expect(globs.flatMap((glob) => glob.names).sort()).toEqual([...names].sort())
  return globs
}

describe('patterns for a folder of names', () => {
  test('a few names are one', () => {
    expect(check(['alice', 'bob'], 100).map(({ pattern }) => pattern)).toEqual(['*'])
    expect(nameGlobs([], 100)).toEqual([])
  })

  test('part them by what they begin with, each name once, none too many at a time', () => {
    const numbered = Array.from({ length: 2_000 }, (_, index) => `user-${index}`)
    const globs = check([...numbered, 'user', 'user-', 'x'], 400)
    expect(globs.length).toBeLessThan(60)
  })

  test('names with everything in them that means something', () => {
    const odd = [
      '[a]',
      'a[b',
      'a]b',
      'a\\b',
      'a*b',
      'a?b',
      'a-b',
      'a^b',
      '^',
      '-',
      ']',
      '\\',
      '*',
      '?',
      'é',
      'ü',
      '漢字',
      '😀a',
      '😀b',
      '😁',
    ]
    for (const limit of [4, 8, 12, 40]) check(odd, limit)
  })

  test('a name that is the beginning of others', () => {
    check(['a', 'ab', 'abc', 'abcd', 'abce'], 4)
  })

  test('one name that weighs too much stands alone', () => {
    expect(
      nameGlobs(
        [
          ['heavy', 99],
          ['light', 1],
        ],
        10,
      ).map(({ names }) => names),
    ).toEqual([['heavy'], ['light']])
  })
})

test('a literal fits only itself', () => {
  expect(matcher(literal('a[b]*?\\c'))('a[b]*?\\c')).toBe(true)
  expect(matcher(literal('a*'))('ab')).toBe(false)
})
