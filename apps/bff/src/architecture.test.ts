import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'

const root = new URL('../../..', import.meta.url).pathname

/** Source lines below `where` that match, as `file: line`, tests left out. */
function lines(pattern: string, ...where: string[]): string[] {
  return grep(['-nE', '-e', pattern, '--', ...where, ...NOT_TESTS])
}

const NOT_TESTS = [':!*.test.ts', ':!*.test.tsx', ':!apps/bff/test', ':!apps/sandbox/fixtures', ':!apps/devkes/golden']

/** `git grep` ends with 1 where nothing matches. */
function grep(args: readonly string[]): string[] {
  const { status, stdout } = spawnSync('git', ['grep', '--untracked', ...args], { cwd: root, encoding: 'utf8' })
  if (status !== 0 && status !== 1) throw new Error(`git grep ended with ${status}`)
  return stdout.split('\n').filter(Boolean)
}

const files = (pattern: string, ...where: string[]) => [
  ...new Set(lines(pattern, ...where).map((line) => line.split(':')[0]!)),
]

/** Modules that files below `where` import. */
const imports = (where: string) =>
  lines("from '[^']+'|import\\('[^']+'\\)", where).map((line) => {
    const [file, , ...rest] = line.split(':')
    return { file: file!, module: /(?:from|import\() ?'([^']+)'/.exec(rest.join(':'))?.[1] ?? '' }
  })

const outside = (where: string, allowed: RegExp) =>
  imports(where)
    .filter(({ module }) => !allowed.test(module))
    .map(({ file, module }) => `${file} imports ${module}`)

describe('who may import whom', () => {
  test('the contracts import zod and each other', () => {
    expect(outside('shared/src', /^(zod\/mini|\.\/[\w-]+\.ts)$/)).toEqual([])
  })

  test('the web app knows nothing of the BFF', () => {
    expect(files("from '.*(apps/bff|@strongroom/(bff|sandbox|devkes)|node:)", 'apps/web/src', 'shared/src')).toEqual([])
  })

  test('the crypto core is pure: noble, MessagePack and itself', () => {
    const pure = /^(@noble\/(ciphers|hashes)\/[\w.-]+|@msgpack\/msgpack|@strongroom\/shared\/[\w-]+|\.\/[\w-]+\.ts)$/
    expect(outside('apps/bff/src/crypto', pure)).toEqual([])
    expect(lines('\\b(fetch\\(|process\\.|Date\\.now|new Date\\(\\)|console\\.)', 'apps/bff/src/crypto')).toEqual([])
  })

  test('policies are judged by what they say: nobody is asked, and there is no clock', () => {
    expect(outside('apps/bff/src/policy', /^(node:net|\.\/[\w-]+\.ts)$/)).toEqual([])
    expect(lines('\\b(fetch\\(|process\\.|Date\\.now|new Date\\(\\))', 'apps/bff/src/policy')).toEqual([])
  })

  test('a protocol module imports no other, and nothing above it', () => {
    const above = /\.\.\/(cluster|features|http|session|jobs|console|app|custody|config)\b/
    expect(
      imports('apps/bff/src/kes').filter(({ module }) => above.test(module) || /\.\.\/minio\//.test(module)),
    ).toEqual([])
    expect(
      imports('apps/bff/src/minio').filter(({ module }) => above.test(module) || /\.\.\/kes\//.test(module)),
    ).toEqual([])
  })

  test('features never import each other', () => {
    expect(imports('apps/bff/src/features').filter(({ module }) => /^\.\/|features\//.test(module))).toEqual([])
    const crossing = imports('apps/web/src/features').filter(({ file, module }) => {
      const own = /features\/([\w-]+)\//.exec(file)?.[1]
      const other = /(?:\.\.\/|features\/)([\w-]+)\/[\w-]+\.tsx?$/.exec(module)?.[1]
      return module.startsWith('../') && !module.startsWith('../../') && other !== own
    })
    expect(crossing).toEqual([])
  })

  test('custody of material stands below what is known of a cluster', () => {
    expect(
      imports('apps/bff/src/custody').filter(({ module }) =>
        /\/(cluster|http|features|session|jobs)\/|console\.ts/.test(module),
      ),
    ).toEqual([])
  })

  test('what is known of a cluster does not know HTTP', () => {
    expect(
      imports('apps/bff/src/cluster').filter(({ module }) => /\/(http|features)\/|^hono|console\.ts/.test(module)),
    ).toEqual([])
  })
})

describe('secrets', () => {
  test('a box is opened here, and nowhere else', () => {
    expect(files('\\.expose\\(', 'apps')).toEqual([
      'apps/bff/src/cli/escrow.ts',
      'apps/bff/src/cli/wrap.ts',
      'apps/bff/src/cluster/caller-policy.ts',
      'apps/bff/src/cluster/canary-seal.ts',
      'apps/bff/src/cluster/item-opener.ts',
      'apps/bff/src/custody/age-open.ts',
      'apps/bff/src/custody/age-seal.ts',
      'apps/bff/src/custody/escrow.ts',
      'apps/bff/src/custody/key-source.ts',
      'apps/bff/src/custody/known-keys.ts',
      'apps/bff/src/custody/record-seal.ts',
      'apps/bff/src/custody/same-material.ts',
      'apps/bff/src/custody/secret-proof.ts',
      'apps/bff/src/features/overview.ts',
      'apps/bff/src/kes/identity.ts',
      'apps/bff/src/kes/keys.ts',
      'apps/bff/src/kes/transport.ts',
      'apps/bff/src/main.ts',
      'apps/bff/src/minio/batch-job-file.ts',
      'apps/bff/src/minio/import.ts',
      'apps/bff/src/minio/remote-targets.ts',
      'apps/bff/src/minio/replies.ts',
      'apps/bff/src/minio/service-accounts.ts',
      'apps/bff/src/minio/sigv4.ts',
      'apps/bff/src/minio/tiers.ts',
      'apps/bff/src/session/sessions.ts',
    ])
  })

  test('replies are closed: no part of them takes anything', () => {
    expect(
      lines('z\\.(any|unknown|looseObject|record)\\(', 'shared/src').map((line) => line.replace(/:\d+:/, ': ')),
    ).toEqual(['shared/src/seal.ts:   kms: z.record(z.string(), z.int()),'])
  })

  test('nothing writes to the browser’s storage but the theme', () => {
    expect(
      files('(localStorage|sessionStorage|indexedDB)', 'apps/web/src').filter((file) => !/theme/i.test(file)),
    ).toEqual([])
  })
})

test('no test is skipped', () => {
  const marks = '\\b(test|it|describe)(\\.\\w+)*\\.(skip|todo|skipIf|runIf|only|fixme)\\('
  expect(grep(['-lE', '-e', marks, '--', '*.test.ts', '*.test.tsx', '*.e2e.ts'])).toEqual([])
})
