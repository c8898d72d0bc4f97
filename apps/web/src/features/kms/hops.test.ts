import type { KesHop } from '@strongroom/shared/kms'
import { describe, expect, test } from 'vitest'
import { firstBroken, wayWords } from './hops.ts'

const hop = (name: KesHop['hop'], state: KesHop['state']): KesHop => ({ hop: name, state, detail: '', cure: null })

describe('wayWords', () => {
  test('all hold', () =>
    expect(wayWords([hop('address', 'holds'), hop('connection', 'holds')])).toBe('All 2 hops hold.'))

  test('the first broken hop is named, whatever comes after it', () => {
    const hops = [
      hop('address', 'holds'),
      hop('connection', 'broken'),
      hop('policy', 'broken'),
      hop('keystore', 'not-reached'),
    ]
    expect(wayWords(hops)).toBe('Broken at: Connection.')
    expect(firstBroken(hops)?.hop).toBe('connection')
  })

  test('what is not known is not said to hold', () =>
    expect(wayWords([hop('address', 'holds'), hop('default-key', 'unknown')])).toBe(
      '1 of 2 hops hold; not known: default key.',
    ))
})
