import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '../errors.ts'
import { deferred } from '../jobs/deferred.ts'
import { type Intent, Trail } from './trail.ts'

let folder: string
let trail: Trail
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'strongroom-trail-')), 'activity')
  trail = new Trail(folder)
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(join(folder, '..'), { recursive: true, force: true })
})

const intent = (target: string): Intent => ({ act: 'create-key', target, account: 'amelia', requestId: 'r-1' })
const file = () => join(folder, readdirSync(folder)[0]!)
const written = (target: string) => trail.recorded(intent(target), async () => undefined)

async function walked(limit: number, target?: string) {
  const seen = []
  let after: string | undefined
  do {
    const page = await trail.list({ limit, target, after })
    seen.push(...page.activity)
    after = page.next
  } while (after !== undefined)
  return seen
}

describe('an act', () => {
  test('runs once its beginning is on the disk', async () => {
    const before = await trail.recorded(intent('alpha'), async () => readFileSync(file(), 'utf8'))
    expect(before).toMatch(/^\{"id":"[0-9a-f-]{36}",.*"outcome":"begun".*\}\n$/)
  })

  test('is listed as done, with what is told of it', async () => {
    await trail.recorded(
      intent('alpha'),
      async () => 7,
      (seven) => `made ${seven}`,
    )
    const { activity, next } = await trail.list({ limit: 10 })
    expect(next).toBeUndefined()
    expect(activity).toMatchObject([{ ...intent('alpha'), outcome: 'done', detail: 'made 7' }])
  })

  test('that fails is listed with the words for people, and fails', async () => {
    const refusal = new AppError('not-allowed', 'MinIO refused.')
    await expect(trail.recorded(intent('alpha'), () => Promise.reject(refusal))).rejects.toBe(refusal)
    await expect(trail.recorded(intent('beta'), () => Promise.reject(new Error('s3cret')))).rejects.toThrow('s3cret')
    expect((await trail.list({ limit: 10 })).activity).toMatchObject([
      { target: 'beta', outcome: 'failed', detail: 'The console failed; see its log.' },
      { target: 'alpha', outcome: 'failed', detail: 'MinIO refused.' },
    ])
  })

  test('does not run when its beginning can’t be written', async () => {
    writeFileSync(folder, 'a file where the folder should be')
    const act = vi.fn(async () => undefined)
    await expect(trail.recorded(intent('alpha'), act)).rejects.toMatchObject({ code: 'unsafe-now' })
    expect(act).not.toHaveBeenCalled()
  })

  test('that was done stays done when its end can’t be written, and is listed as begun', async () => {
    const onTrouble = vi.fn()
    trail = new Trail(folder, onTrouble)
    const done = await trail.recorded(intent('alpha'), async () => {
      rmSync(folder, { recursive: true })
      writeFileSync(folder, '')
      return 'done'
    })
    expect(done).toBe('done')
    expect(onTrouble).toHaveBeenCalledOnce()
  })
})

describe('the files', () => {
  test('are for the console’s user alone', async () => {
    await written('alpha')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
  })

  test('are one a month, and read as one', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-31T23:59:59Z') })
    await trail.recorded(intent('alpha'), async () => vi.setSystemTime(new Date('2026-02-01T00:00:01Z')))
    await written('beta')
    expect(readdirSync(folder).sort()).toEqual(['2026-01.jsonl', '2026-02.jsonl'])
    for (const limit of [1, 2, 10]) {
      expect((await walked(limit)).map(({ target, outcome }) => `${target} ${outcome}`)).toEqual([
        'beta done',
        'alpha done',
      ])
    }
  })

  test('with half a line after a crash are read, and written on', async () => {
    await written('alpha')
    appendFileSync(file(), '{"id":"half')
    expect((await walked(10)).map(({ target }) => target)).toEqual(['alpha'])
    await written('beta')
    expect((await walked(1)).map(({ target }) => target)).toEqual(['beta', 'alpha'])
  })

  test('with anything else in them are read', async () => {
    mkdirSync(folder, { recursive: true })
    await written('alpha')
    appendFileSync(file(), `\n\nnull\n[]\n${'x'.repeat(200_000)}\n{"id":1}\n`)
    await written('beta')
    expect((await walked(1)).map(({ target }) => target)).toEqual(['beta', 'alpha'])
  })
})

describe('the list', () => {
  test('gives every act once, newest first, whatever the pages', async () => {
    const names = Array.from({ length: 60 }, (_, at) => `key-${at}`)
    for (let at = 0; at < names.length; at += 5) await Promise.all(names.slice(at, at + 5).map(written))
    for (const limit of [1, 7, 100]) {
      const seen = await walked(limit)
      expect(seen.map(({ outcome }) => outcome)).toEqual(names.map(() => 'done'))
      expect(seen.map(({ target }) => target).sort()).toEqual(names.toSorted())
      expect(seen.map(({ at }) => at)).toEqual(
        seen
          .map(({ at }) => at)
          .toSorted()
          .reverse(),
      )
    }
  })

  test('says of an act that has not ended that it was begun', async () => {
    const ended = deferred()
    const act = trail.recorded(intent('alpha'), () => ended.promise)
    await vi.waitFor(async () =>
      expect((await trail.list({ limit: 1 })).activity).toMatchObject([{ outcome: 'begun' }]),
    )
    ended.resolve()
    await act
    expect(await walked(1)).toMatchObject([{ outcome: 'done' }])
  })

  test('finds what concerns one key across blocks of the file', async () => {
    await written('alpha')
    const lines = readFileSync(file(), 'utf8').replaceAll('alpha', 'other')
    for (let at = 0; at < 700; at++) appendFileSync(file(), lines.replaceAll(/"id":"[^"]+"/g, `"id":"${at}"`))
    await written('alpha')
    expect((await walked(100, 'alpha')).length).toBe(2)
    expect((await walked(33)).length).toBe(702)
  })

  test('refuses a place that is none', async () => {
    await expect(trail.list({ limit: 1, after: '../../etc/passwd' })).rejects.toMatchObject({ code: 'invalid-input' })
  })
})
