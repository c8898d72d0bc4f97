import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { SignInAttempts } from './attempts.ts'
import { SealedStore } from './sealed-store.ts'
import { Sessions } from './sessions.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-sessions-'))
})
afterEach(() => rm(folder, { recursive: true }))

const caller = (over: { signedInAt?: Date; expiresAt?: Date } = {}) => ({
  accessKey: 'alice',
  account: 'alice',
  root: false,
  region: 'us-east-1',
  credentials: {
    accessKey: 'STS',
    secretKey: new Secret('canary-secret-key'),
    sessionToken: new Secret('t'.repeat(6000)),
  },
  signedInAt: new Date(),
  expiresAt: new Date(Date.now() + 60_000),
  ...over,
})

const sessions = () => new Sessions(new SealedStore(folder), { idleMs: 1_000, absoluteMs: 60_000 })
const onlyFile = async () => join(folder, (await readdir(folder))[0]!)

describe('a session', () => {
  test('comes back by its ticket, with a token of any size', async () => {
    const { ticket } = await sessions().start(caller())
    expect(ticket.length).toBeLessThan(100)
    const found = await sessions().find(ticket)
    expect(found).toMatchObject({ accessKey: 'alice', root: false })
    expect(found.credentials.sessionToken?.expose((token) => token.length)).toBe(6000)
  })

  test('rests sealed: neither names nor secrets are in the folder', async () => {
    await sessions().start(caller())
    const bytes = await readFile(await onlyFile())
    expect(bytes.includes('canary-secret-key')).toBe(false)
    expect(bytes.includes('alice')).toBe(false)
  })

  test.each(['', 'x', 'a.b', 'a.b.c'])('is not opened by %j', async (ticket) => {
    await sessions().start(caller())
    await expect(sessions().find(ticket)).rejects.toMatchObject({ code: 'session-expired' })
  })

  test('is not opened by another session’s key', async () => {
    const [one, other] = [await sessions().start(caller()), await sessions().start(caller())]
    const mixed = `${one.ticket.split('.')[0]}.${other.ticket.split('.')[1]}`
    await expect(sessions().find(mixed)).rejects.toMatchObject({ code: 'session-expired' })
  })

  test('is not opened once one bit of its record is flipped', async () => {
    const { ticket } = await sessions().start(caller())
    const file = await onlyFile()
    const bytes = await readFile(file)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(file, bytes)
    await expect(sessions().find(ticket)).rejects.toMatchObject({ code: 'session-expired' })
  })

  test('ends by sign-out, by idling, and at its end', async () => {
    const ended = await sessions().start(caller())
    await sessions().end(ended.ticket)
    await expect(sessions().find(ended.ticket)).rejects.toMatchObject({ code: 'session-expired' })

    const idle = await sessions().start(caller())
    const old = new Date(Date.now() - 2_000)
    await utimes(await onlyFile(), old, old)
    await expect(sessions().find(idle.ticket)).rejects.toMatchObject({ code: 'session-expired' })
    expect(await readdir(folder)).toEqual([])

    const over = await sessions().start(caller({ expiresAt: new Date(Date.now() - 1) }))
    await expect(sessions().find(over.ticket)).rejects.toMatchObject({ code: 'session-expired' })
    const long = await sessions().start(caller({ signedInAt: new Date(Date.now() - 61_000) }))
    await expect(sessions().find(long.ticket)).rejects.toMatchObject({ code: 'session-expired' })
  })

  test('without a cookie there is none', async () => {
    await expect(sessions().find(undefined)).rejects.toMatchObject({ code: 'not-signed-in' })
  })

  test('records that nobody came back to are swept', async () => {
    await sessions().start(caller())
    const old = new Date(Date.now() - 61_000)
    await utimes(await onlyFile(), old, old)
    await sessions().start(caller())
    await sessions().sweep()
    expect(await readdir(folder)).toHaveLength(1)
  })
})

describe('guessing', () => {
  test('is slowed after ten attempts, for that address alone', () => {
    const attempts = new SignInAttempts()
    for (let i = 0; i < 10; i++) attempts.begin('10.0.0.1')
    expect(() => attempts.begin('10.0.0.1')).toThrow('rate-limited')
    expect(() => attempts.begin('10.0.0.2')).not.toThrow()
  })

  test('is not paid for by a success in between', () => {
    const attempts = new SignInAttempts()
    for (let i = 0; i < 9; i++) attempts.begin('10.0.0.1')
    attempts.begin('10.0.0.1')()
    attempts.begin('10.0.0.1')
    expect(() => attempts.begin('10.0.0.1')).toThrow('rate-limited')
  })
})
