import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ListedVersion } from '../../minio/version-listing.ts'
import { Counted, CoverageTally, NOTHING, totals } from './coverage-tally.ts'

const version = (key: string, more: Partial<ListedVersion> = {}): ListedVersion => ({
  ...{ key, versionId: 'null', current: true, sizeBytes: 10, modifiedAt: '2026-11-21T13:00:00.000Z', mode: 'none' },
  ...more,
})

function counted(versions: readonly ListedVersion[], prefix = '', markers = 0) {
  const tally = new CoverageTally(prefix, NOTHING)
  tally.add({ versions, markers })
  return tally.counted
}

describe('states', () => {
  test('count versions and bytes, current and older apart, SSE-KMS by key', () => {
    const { counts, deleteMarkers } = counted(
      [
        version('a'),
        version('a', { current: false, sizeBytes: 5 }),
        version('b', { mode: 'sse-kms', kmsKey: 'k1' }),
        version('c', { mode: 'sse-kms', kmsKey: 'k2' }),
        version('d', { mode: 'sse-kms', kmsKey: 'k2', current: false }),
        version('e', { mode: 'sse-s3' }),
        version('f', { mode: 'sse-c' }),
        version('g', { mode: 'unknown' }),
      ],
      '',
      3,
    )
    const none = { count: 0, bytes: 0 }
    const one = { count: 1, bytes: 10 }
    expect(counts).toEqual([
      { state: 'plain', current: one, older: { count: 1, bytes: 5 } },
      { state: 'sse-kms', key: 'k1', current: one, older: none },
      { state: 'sse-kms', key: 'k2', current: one, older: one },
      { state: 'sse-s3', current: one, older: none },
      { state: 'sse-c', current: one, older: none },
      { state: 'unknown', current: one, older: none },
    ])
    expect(deleteMarkers).toBe(3)
    expect(totals({ counts })).toEqual({ total: 8, plain: 2, plainBytes: 15, unknown: 1 })
  })

  test('keep a bounded number of keys apart, and lose none', () => {
    const versions = Array.from({ length: 3_000 }, (_, at) => version('a', { mode: 'sse-kms', kmsKey: `k${at}` }))
    const { counts } = counted(versions)
    expect(counts.length).toBeLessThanOrEqual(1_001)
    expect(totals({ counts }).total).toBe(3_000)
  })
})

describe('first parts of keys', () => {
  test('end with their slash; keys without one have an empty one', () => {
    const { byPrefix } = counted([version('a/b/c'), version('a/'), version('root'), version('b/x', { mode: 'sse-s3' })])
    expect(byPrefix).toEqual([
      { prefix: 'a/', total: 2, plain: 2, plainBytes: 20, unknown: 0 },
      { prefix: '', total: 1, plain: 1, plainBytes: 10, unknown: 0 },
      { prefix: 'b/', total: 1, plain: 0, plainBytes: 0, unknown: 0 },
    ])
  })

  test('are those below the prefix that is counted', () => {
    const { byPrefix } = counted([version('logs/2025/a'), version('logs/2026/b'), version('logs/2026')], 'logs/20')
    expect(byPrefix.map(({ prefix }) => prefix).sort()).toEqual(['logs/', 'logs/2025/', 'logs/2026/'])
  })

  test('are bounded: those with the most plain content stay, and the numbers of all together are right', () => {
    const names = Array.from({ length: 5_000 }, (_, at) => `${String(at).padStart(5, '0')}/`)
    const versions = names.flatMap((name, at) =>
      Array.from({ length: at % 100 === 0 ? 3 : 1 }, (_, nth) => version(`${name}${nth}`)),
    )
    const tally = new CoverageTally('', NOTHING)
    for (let at = 0; at < versions.length; at += 70) {
      tally.add({ versions: versions.slice(at, at + 70), markers: 0 })
      // A checkpoint after each page, as when it runs.
      void tally.counted
    }
    const { byPrefix } = tally.counted
    expect(byPrefix.length).toBeLessThanOrEqual(502)
    expect(byPrefix.filter(({ prefix, total }) => prefix !== null && total === 3)).toHaveLength(50)
    expect(byPrefix.reduce((all, { plain }) => all + plain, 0)).toBe(versions.length)
    expect(byPrefix.find(({ prefix }) => prefix === null)?.total).toBeGreaterThan(4_000)
  })

  test('that are kept apart are counted whole, wherever pages and checkpoints fall', () => {
    const part = fc.record({ plain: fc.nat({ max: 4 }), sealed: fc.nat({ max: 4 }) })
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1_100, maxLength: 1_300 }),
        fc.integer({ min: 1, max: 400 }),
        (parts, page) => {
          const name = (at: number) => `${String(at).padStart(6, '0')}/`
          const versions = parts.flatMap(({ plain, sealed }, at) => [
            ...Array.from({ length: plain }, (_, nth) => version(`${name(at)}p${nth}`)),
            ...Array.from({ length: sealed }, (_, nth) => version(`${name(at)}s${nth}`, { mode: 'sse-s3' })),
          ])
          let tally = new CoverageTally('', NOTHING)
          for (let at = 0; at < versions.length; at += page) {
            tally.add({ versions: versions.slice(at, at + page), markers: 0 })
            // Killed, and gone on with from what was written down.
            if (at % 3 === 0) tally = new CoverageTally('', Counted.parse(JSON.parse(JSON.stringify(tally.counted))))
          }
          for (const { prefix, total, plain } of tally.counted.byPrefix) {
            if (prefix === null) continue
            const part = parts[Number(prefix.slice(0, -1))]!
            expect({ total, plain }).toEqual({ total: part.plain + part.sealed, plain: part.plain })
          }
          expect(totals(tally.counted).total).toBe(versions.length)
        },
      ),
      { numRuns: 6, endOnFailure: true },
    )
  })
})
