import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { freePort } from '../../sandbox/src/ports.ts'
import { Draft } from './draft.ts'
import { startKes } from './kes-calls.ts'
import { development, type KesProgram, real } from './kes-program.ts'

/** Each writes for the other where there are two. */
const pairs: readonly { from: KesProgram; to: KesProgram }[] = real
  ? [
      { from: development, to: real },
      { from: real, to: development },
    ]
  : [{ from: development, to: development }]

const base64 = (text: string) => Buffer.from(text).toString('base64')
const MESSAGE = JSON.stringify({ message: base64('tell me the same') })

test.each(pairs)('$to.name goes on with the key files of $from.name', async ({ from, to }) => {
  using draft = new Draft()
  const config = draft.save()
  const said = new Map<string, string>()
  {
    const { kes, calls } = await startKes(from, config, await freePort())
    await using _ = kes
    using first = calls
    const ask = async (path: string, body?: string) => {
      const answer = await first.ask(path.startsWith('/v1/key/describe') ? 'GET' : 'PUT', path, body ? { body } : {})
      expect(answer.status).toBe(200)
      return answer.body
    }
    await ask('/v1/key/create/made')
    await ask('/v1/key/import/aes', JSON.stringify({ key: base64('a'.repeat(32)), cipher: 'AES256' }))
    await ask('/v1/key/import/chacha', JSON.stringify({ key: base64('c'.repeat(32)), cipher: 'ChaCha20' }))
    for (const name of ['made', 'aes', 'chacha']) {
      said.set(`describe/${name}`, await ask(`/v1/key/describe/${name}`))
      said.set(`hmac/${name}`, await ask(`/v1/key/hmac/${name}`, MESSAGE))
      said.set(`generate/${name}`, await ask(`/v1/key/generate/${name}`, `{"context":"${base64('c')}"}`))
    }
  }

  const { kes, calls } = await startKes(to, config, await freePort())
  await using _ = kes
  using second = calls
  for (const name of ['made', 'aes', 'chacha']) {
    expect((await second.ask('GET', `/v1/key/describe/${name}`)).body).toBe(said.get(`describe/${name}`))
    expect((await second.ask('PUT', `/v1/key/hmac/${name}`, { body: MESSAGE })).body).toBe(said.get(`hmac/${name}`))
    const { plaintext, ciphertext } = JSON.parse(said.get(`generate/${name}`)!)
    const body = JSON.stringify({ ciphertext, context: base64('c') })
    expect((await second.ask('PUT', `/v1/key/decrypt/${name}`, { body })).body).toBe(`{"plaintext":"${plaintext}"}\n`)
  }
})

/** A key that the real KES made and what it sealed under it, recorded. */
const RECORDED = new URL('recorded/', import.meta.url).pathname

test('the development KES goes on with a recorded key file of the real one', async () => {
  using draft = new Draft()
  mkdirSync(draft.path('keys'))
  copyFileSync(`${RECORDED}made-by-kes`, draft.path('keys/made-by-kes'))
  const { kes, calls } = await startKes(development, draft.save(), await freePort())
  await using _ = kes
  using client = calls
  const recorded = JSON.parse(readFileSync(`${RECORDED}made-by-kes.json`, 'utf8'))
  expect((await client.ask('GET', '/v1/key/describe/made-by-kes')).body).toBe(`${JSON.stringify(recorded.described)}\n`)
  expect((await client.ask('PUT', '/v1/key/hmac/made-by-kes', { body: MESSAGE })).body).toBe(
    `{"hmac":"${recorded.hmac}"}\n`,
  )
  const body = JSON.stringify({ ciphertext: recorded.ciphertext, context: base64('c') })
  const opened = await client.ask('PUT', '/v1/key/decrypt/made-by-kes', { body })
  expect(opened.body).toBe(`{"plaintext":"${recorded.plaintext}"}\n`)
})
