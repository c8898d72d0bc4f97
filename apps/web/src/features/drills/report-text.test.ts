import type { Drill } from '@strongroom/shared/drills'
import { describe, expect, test } from 'vitest'
import { drillVerdict } from './drill-words.ts'
import { reportText } from './report-text.ts'

const drill: Drill = {
  id: 'd1',
  at: '2026-11-21T03:00:00Z',
  by: 'root',
  endpoint: 'https://restored:7373',
  kesVersion: null,
  sampled: 3,
  opened: 3,
  failed: 0,
  byKey: [{ name: 'prod', verdict: 'proven', opened: 3, failed: 0 }],
  detail: 'Sampled from the drives.',
}

describe('drillVerdict', () => {
  test('all opened', () =>
    expect(drillVerdict(drill)).toEqual({
      tone: 'good',
      sentence: 'The backup opens all 3 sampled data keys, under 1 key.',
    }))

  test('one wrong key makes the drill fail, whatever else opened', () =>
    expect(
      drillVerdict({
        ...drill,
        byKey: [...drill.byKey, { name: 'old', verdict: 'wrong-material', opened: 0, failed: 4 }],
      }),
    ).toEqual({ tone: 'critical', sentence: 'The backup does not open what old has sealed.' }))

  test('nothing to open proves nothing', () =>
    expect(
      drillVerdict({
        ...drill,
        sampled: 0,
        opened: 0,
        byKey: [{ name: 'p', verdict: 'nothing-to-open', opened: 0, failed: 0 }],
      }).tone,
    ).toBe('warning'))
})

test('the report tells what an auditor asks for', () => {
  const text = reportText(drill, 'acme')
  for (const said of ['Cluster: acme', '2026-11-21 03:00:00 UTC', 'by root', 'https://restored:7373', '- prod: proven'])
    expect(text).toContain(said)
})
