import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { freePort } from '../../sandbox/src/ports.ts'
import { Draft } from './draft.ts'
import { startKes } from './kes-calls.ts'
import { development, type KesProgram, real } from './kes-program.ts'

const golden = fileURLToPath(new URL('../golden/', import.meta.url))
const records = `${golden}kes-golden.jsonl`
const [header] = readFileSync(records, 'utf8').split('\n', 1)

/** The real server crashes on a key file without its HMAC key or without anything; ours tells of a damaged file. */
const CRASHES = ['224', '226']

// Where a real KES is found it must pass too, so that neither drifts; where there is none, there is nothing to compare.
process.stdout.write(
  `KES under test: the development KES${real === undefined ? '' : ` and the real one, ${real.command}`}\n`,
)

test('the golden records pass on the development KES, but for the two crashes', async () => {
  const output = await replay(development)
  const failures = [...output.matchAll(/^FAIL (\d+)/gm)].map(([, id]) => id)
  expect(failures, output).toEqual(CRASHES)
  expect(output.match(/expected a connection error, got HTTP 502/g)).toHaveLength(2)
  expect(output).toContain('238 passed, 2 failed, 0 skipped')
})

if (real) {
  const program = real
  test('the golden records pass on the real KES', async () => {
    expect(await replay(program)).toContain('240 passed, 0 failed, 0 skipped')
  })
}

/** Against an empty keystore and the recorded configuration. @returns the report of the replayer */
async function replay(program: KesProgram): Promise<string> {
  using draft = new Draft()
  draft.yaml = (JSON.parse(header!) as { config: string }).config
    .replace('SERVER_KEY_FILE', draft.path('server.key'))
    .replace('SERVER_CERT_FILE', draft.path('server.crt'))
    .replace('EMPTY_DIRECTORY', draft.path('keys'))
  const port = await freePort()
  const { kes, calls } = await startKes(program, draft.save(), port)
  await using _ = kes
  calls.hangUp()
  const where = ['--endpoint', `https://127.0.0.1:${port}`, '--keystore', draft.path('keys')]
  return await new Promise<string>((resolve) => {
    const args = [`${golden}kes-replay.mjs`, records, ...where, '--strict']
    execFile(process.execPath, args, (_, stdout, stderr) => resolve(stdout + stderr))
  })
}
