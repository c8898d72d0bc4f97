import type { Kms } from '@strongroom/shared/kms'
import { describe, expect, test } from 'vitest'
import { judgeMove, type MoveFacts } from './move-to-kes.ts'

const well = { url: 'https://kes:7373', trouble: null } as NonNullable<Kms['standby']>['endpoints'][number]

const facts = (over: Partial<MoveFacts> = {}, kms: Partial<Kms> = {}): MoveFacts => ({
  kms: {
    kind: 'static',
    defaultKey: 'acme-key',
    keyWorks: true,
    iamLoaded: true,
    kes: null,
    standby: { endpoints: [well], keyName: null },
    ...kms,
  } as Kms,
  source: { id: 'env-file', label: 'the env file', keyName: 'acme-key', fingerprint: '90b0', warning: null },
  keyInKes: false,
  sameMaterial: null,
  proven: false,
  env: { namesKes: false, safe: true, reasons: [] },
  audit: null,
  lines: ['MINIO_KMS_SECRET_KEY=', 'MINIO_KMS_KES_ENDPOINT=https://kes:7373'],
  canApply: true,
  canRestart: true,
  confirmWord: 'minio:9000',
  ...over,
})

const faces = (of: MoveFacts) => judgeMove(of).steps.map(({ face }) => face)
const onKes: Partial<Kms> = { kind: 'kes', kes: { endpoints: [well] }, standby: null }
const written = { namesKes: true, safe: true, reasons: [] }

describe('the walk static key → KES', () => {
  test('goes step by step', () => {
    expect(faces(facts({}, { standby: null }))).toEqual(['do', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting'])
    expect(faces(facts())).toEqual(['holds', 'do', 'waiting', 'waiting', 'waiting', 'waiting'])
    expect(faces(facts({ keyInKes: true }))).toEqual(['holds', 'holds', 'do', 'waiting', 'waiting', 'waiting'])
    const proven = { keyInKes: true, sameMaterial: true }
    expect(faces(facts(proven))).toEqual(['holds', 'holds', 'holds', 'do', 'waiting', 'waiting'])
    expect(faces(facts({ ...proven, env: written }))).toEqual(['holds', 'holds', 'holds', 'holds', 'do', 'waiting'])
    const moved = { keyInKes: true, source: null, env: written }
    expect(faces(facts(moved, onKes))).toEqual(['holds', 'holds', 'holds', 'holds', 'holds', 'do'])
  })

  test('tells the lines only once the key is proven', () => {
    expect(judgeMove(facts({ keyInKes: true })).lines).toBeNull()
    expect(judgeMove(facts({ keyInKes: true, sameMaterial: true })).lines).toContain('MINIO_KMS_SECRET_KEY=')
  })

  test('refuses everything while KES has another key of that name', () => {
    const move = judgeMove(facts({ keyInKes: true, sameMaterial: false, env: written, proven: true }))
    expect(move.steps[2]).toMatchObject({ face: 'danger' })
    expect(move).toMatchObject({ lines: null, canApply: false, canRestart: false })
  })

  test('offers the restart only with lines that MinIO survives', () => {
    const proven = { keyInKes: true, sameMaterial: true }
    expect(judgeMove(facts({ ...proven, env: written })).canRestart).toBe(true)
    const deadly = { namesKes: true, safe: false, reasons: ['The line MINIO_KMS_SECRET_KEY= is missing.'] }
    const move = judgeMove(facts({ ...proven, env: deadly }))
    expect(move.canRestart).toBe(false)
    expect(move.steps[3]).toMatchObject({ face: 'danger', detail: 'The line MINIO_KMS_SECRET_KEY= is missing.' })
    expect(judgeMove(facts({ ...proven, env: written, canRestart: false })).canRestart).toBe(false)
  })

  test('a MinIO on KES that has not loaded its users is a danger, with the way back', () => {
    const step = judgeMove(facts({ keyInKes: true, source: null, env: written }, { ...onKes, iamLoaded: false })).steps
    expect(step.find(({ face }) => face === 'danger' || face === 'do')?.id).toBe('proof')
    const proven = judgeMove(
      facts({ keyInKes: true, proven: true, source: null, env: written }, { ...onKes, iamLoaded: false }),
    )
    expect(proven.steps[4]).toMatchObject({ face: 'danger' })
    expect(proven.steps[4]!.detail).toContain('go back')
  })

  test('is not offered where there is no static key to move', () => {
    expect(judgeMove(facts({}, { kind: 'none', defaultKey: null })).notFor).toMatch('no KMS')
    expect(judgeMove(facts({}, { kind: 'other' })).notFor).not.toBeNull()
  })
})
