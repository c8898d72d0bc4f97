import { describe, expect, test } from 'vitest'
import { isName, isPattern } from './names.ts'

const LONGEST = 'k'.repeat(80)

describe('names', () => {
  test.each(['a', 'my-key', '__', '_a_', 'a--b', 'A9', LONGEST])('%s is one', (name) => {
    expect(isName(name)).toBe(true)
    expect(isPattern(name)).toBe(true)
  })

  test.each(['_', '-a', 'a-', '-', 'a.b', 'a/b', 'a b', 'ä', 'a\n', `${LONGEST}k`])(
    '%j is none, and no pattern',
    (name) => {
      expect(isName(name)).toBe(false)
      expect(isPattern(name)).toBe(false)
    },
  )
})

describe('patterns', () => {
  test.each(['', '*', 'a*', 'a-*', '__*', '_*', `${'k'.repeat(79)}*`])('%j is one, though no name', (pattern) => {
    expect(isPattern(pattern)).toBe(true)
    expect(isName(pattern)).toBe(false)
  })

  test.each(['a*b', '**', '*a', '-*', `${LONGEST}*`])('%j is none', (pattern) => {
    expect(isPattern(pattern)).toBe(false)
  })
})
