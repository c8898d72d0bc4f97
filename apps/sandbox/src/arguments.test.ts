import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseCommand } from './arguments.ts'

let cwd: string
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'arguments-'))
  for (const name of ['drives.tar.gz', 'minio.env']) writeFileSync(join(cwd, name), '')
})
afterAll(() => rmSync(cwd, { recursive: true }))

test('the whole command line, with paths taken from where it was typed', () => {
  const line = '--seed drives.tar.gz --env minio.env --drives d* --tls --port 9443 --state s --reset --json'
  expect(parseCommand(line.split(' '), cwd)).toEqual({
    seed: join(cwd, 'drives.tar.gz'),
    env: join(cwd, 'minio.env'),
    drives: 'd*',
    tls: true,
    port: 9443,
    state: join(cwd, 's'),
    reset: true,
    json: true,
    help: false,
  })
})

test('nothing said is the sample', () => {
  expect(parseCommand([], cwd)).toEqual({ tls: false, reset: false, json: false, help: false })
})

test.each([
  [['--seed', 'drives.tar.gz'], '--seed needs --env'],
  [['--seed', 'missing.tar.gz', '--env', 'minio.env'], 'there is no file'],
  [['--env', 'missing.env'], 'there is no file'],
  [['--port', '70000'], '--port must be a number'],
  [['--port', '9e3'], '--port must be a number'],
  [['--sed'], 'See npm run demo -- --help'],
  [['drives.tar.gz'], 'See npm run demo -- --help'],
])('%j is refused', (args, message) => {
  expect(() => parseCommand(args, cwd)).toThrow(message)
})
