import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { recordRunning, stopLeftovers } from './leftovers.ts'
import { recordOf } from './process-table.ts'
import { openState, remember, resetState } from './state.ts'

const GONE = { name: 'demo', pid: 2 ** 22 + 1, commandLine: 'node demo' }
let dir: string
let sleeper: ChildProcess
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'leftovers-'))
  sleeper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  await once(sleeper, 'spawn')
})
afterEach(() => {
  sleeper.kill('SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

const record = (running: object) => writeFileSync(join(dir, 'pids.json'), JSON.stringify(running))

test('a process that a killed demo left is stopped, and the note is gone', async () => {
  record({ owner: GONE, children: [recordOf('MinIO', sleeper.pid!)] })
  const ended = once(sleeper, 'exit')
  expect(await stopLeftovers(dir)).toEqual(['MinIO'])
  expect(await ended).toEqual([null, 'SIGTERM'])
  expect(existsSync(join(dir, 'pids.json'))).toBe(false)
})

test('a number that belongs to another program by now is left alone', async () => {
  record({ owner: GONE, children: [{ name: 'MinIO', pid: sleeper.pid, commandLine: 'minio server /drives' }] })
  expect(await stopLeftovers(dir)).toEqual([])
  expect(sleeper.exitCode ?? sleeper.signalCode).toBeNull()
})

test('a demo that still runs is not disturbed', async () => {
  record({ owner: recordOf('demo', sleeper.pid!), children: [recordOf('MinIO', sleeper.pid!)] })
  await expect(stopLeftovers(dir)).rejects.toThrow(`process ${sleeper.pid}`)
  expect(sleeper.exitCode ?? sleeper.signalCode).toBeNull()
})

test('a note that was cut off names nothing', async () => {
  writeFileSync(join(dir, 'pids.json'), '{"owner":')
  expect(await stopLeftovers(dir)).toEqual([])
})

test('what is recorded names this process as the owner', () => {
  recordRunning(dir, [])
  expect(JSON.parse(readFileSync(join(dir, 'pids.json'), 'utf8'))).toMatchObject({ owner: { pid: process.pid } })
})

test("a folder with other people's things is neither used nor deleted", () => {
  writeFileSync(join(dir, 'thesis.txt'), 'years of work')
  expect(() => openState(dir)).toThrow('neither used nor deleted')
  expect(() => resetState(dir)).toThrow('neither used nor deleted')
  expect(readFileSync(join(dir, 'thesis.txt'), 'utf8')).toBe('years of work')
})

test("a demo's folder remembers, and a reset forgets", () => {
  const state = join(dir, 'demo')
  expect(openState(state)).toEqual({})
  remember(state, { minioPort: 9000 })
  expect(openState(state)).toEqual({ minioPort: 9000 })
  resetState(state)
  expect(existsSync(state)).toBe(false)
  resetState(state)
})
