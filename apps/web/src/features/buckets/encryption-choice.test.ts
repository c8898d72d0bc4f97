import { describe, expect, test } from 'vitest'
import { type EncryptionPlan, firstChoice, goesOn, notThere, toAccept, whyNotEncrypt } from './encryption-choice.ts'

const plan: EncryptionPlan = {
  traits: [
    { trait: 'versioned', holds: true, consequence: 'v', asks: true },
    { trait: 'locked', holds: null, consequence: 'l', asks: true },
    { trait: 'replicated', holds: false, consequence: 'r', asks: false },
    { trait: 'tiered', holds: null, consequence: 't', asks: false },
    { trait: 'multipart', holds: null, consequence: 'm', asks: false },
  ],
  always: [],
  counts: null,
  countedAt: null,
  configured: { mode: 'sse-kms', key: 'k1' },
  unfinished: null,
}

describe('what is offered first', () => {
  test('as the bucket seals new objects', () => {
    expect(firstChoice(plan)).toEqual({ mode: 'sse-kms', key: 'k1', which: 'plain', prefix: '' })
    expect(firstChoice({ ...plan, configured: null }).mode).toBe('sse-s3')
  })

  test('as the run that was cut off, so that a start goes on with it', () => {
    const startedAt = '2026-11-21T10:00:00.000Z'
    const cut = { ...plan, unfinished: { mode: 'sse-s3', prefix: 'a/', which: 'not-so', done: 5, startedAt } as const }
    const choice = firstChoice(cut)
    expect(goesOn(cut, choice)).toBe(true)
    expect(goesOn(cut, { ...choice, prefix: '' })).toBe(false)
    expect(goesOn(plan, choice)).toBe(false)
  })
})

test('what asks has to be accepted, each by itself; tiers may be', () => {
  expect(toAccept(plan).map(({ trait }) => trait)).toEqual(['versioned', 'locked', 'tiered'])
  expect(notThere(plan)).toEqual(['replication'])
  const choice = firstChoice(plan)
  expect(whyNotEncrypt(plan, choice, new Set())).toMatch(/^2 consequences/)
  expect(whyNotEncrypt(plan, choice, new Set(['versioned']))).toMatch(/^One consequence/)
  expect(whyNotEncrypt(plan, choice, new Set(['versioned', 'locked']))).toBeNull()
  expect(whyNotEncrypt(plan, { ...choice, key: '' }, new Set(['versioned', 'locked']))).toBe('Name a key.')
})
