import { describe, expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { startDevKes } from '../src/server.ts'
import { Draft } from './draft.ts'
import { development, programs, RunningKes, real } from './kes-program.ts'
import { accepted, refusals } from './refusals.ts'

const NOTHING = () => {}

async function startHere(draft: Draft) {
  const config = await readConfig(draft.save())
  const kes = await startDevKes({ config, errorLog: NOTHING, auditLog: NOTHING })
  await kes.close()
}

describe('the development KES', () => {
  test.each(refusals)('refuses %s', async (_, says, spoil) => {
    using draft = new Draft()
    spoil(draft)
    await expect(startHere(draft)).rejects.toThrow(new Error(says.replaceAll('DIR', draft.dir)))
  })

  test.each(accepted)('takes %s', async (_, change) => {
    using draft = new Draft()
    change(draft)
    await startHere(draft)
  })

  test.each(['aws', 'azure', 'gcp', 'gemalto', 'fortanix', 'entrust', 'encryptedfs'])('has no %s', async (kind) => {
    using draft = new Draft()
    draft.change(/fs:[\s\S]*/, `${kind}: {endpoint: x}\n`)
    await expect(startHere(draft)).rejects.toThrow(`keystore.${kind}: the development KES has only a file keystore.`)
  })

  test('says at each start that it is for development only, also when it ends at once', async () => {
    using draft = new Draft()
    draft.change('version: v1', 'version: v2')
    await using kes = new RunningKes(development, draft.save())
    expect(await kes.ended).toBe(1)
    expect(kes.err).toContain('development')
    expect(kes.err).toContain("Error: edge: invalid server config version 'v2'\n")
  })

  test('stays on the loopback when no address is told, whether its port is free or taken', async () => {
    using draft = new Draft()
    draft.change(/address: .*\n/, '')
    await using kes = new RunningKes(development, draft.save())
    await kes.said('127.0.0.1:7373')
  })
})

if (real) {
  const program = real
  describe('the real KES, so that neither drifts,', () => {
    test.each(refusals)('refuses %s', async (_, says, spoil) => {
      using draft = new Draft()
      spoil(draft)
      await using kes = new RunningKes(program, draft.save())
      expect(await kes.ended).toBe(1)
      // Go prints its whole structure where a mapping is wanted.
      const said = kes.err.replace(/into (\[\])?(?:map\[string\])?struct \{.*\}$/gm, 'into $1map')
      expect(said).toBe(`Error: ${says.replaceAll('DIR', draft.dir)}\n`)
    })

    test.each(accepted)('takes %s', async (_, change) => {
      using draft = new Draft()
      change(draft)
      await using kes = new RunningKes(program, draft.save())
      await kes.said('Server is up and running')
      kes.signal('SIGTERM')
      expect(await kes.ended).toBe(0)
      expect(kes.err).toBe('')
    })
  })
}

test.each(programs)('$name tells of a missing file, and of none', async (program) => {
  for (const [path, says] of [
    ['/nowhere/kes.yml', 'open /nowhere/kes.yml: no such file or directory'],
    ['/', 'yaml: input error: read /: is a directory'],
    ['', 'open : no such file or directory'],
  ] as const) {
    await using kes = new RunningKes(program, path)
    expect(await kes.ended).toBe(1)
    expect(kes.err).toContain(`Error: ${says}\n`)
  }
})
