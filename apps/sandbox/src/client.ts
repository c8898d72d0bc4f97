import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findMc } from './binaries.ts'

/** A server and the credentials to reach it. */
export interface Target {
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: string
}

/** Runs MinIO's client, which prints JSON; `demo` names the server in its arguments. Rejects with what it said. */
export type Client = (...args: readonly string[]) => Promise<string>

/**
 * Lends MinIO's client, ready to talk to `target`. Its folder `dir`, which holds the credentials, is deleted afterwards:
 * in `MC_HOST_…`, the other way to give them, a secret with `@` or `:` is misread.
 */
export async function withClient<Result>(target: Target, dir: string, use: (mc: Client) => Promise<Result>) {
  const { endpoint: url, accessKey, secretKey } = target
  const demo = { url, accessKey, secretKey, api: 's3v4', path: 'auto' }
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  writeFileSync(join(dir, 'config.json'), JSON.stringify({ version: '10', aliases: { demo } }), { mode: 0o600 })
  const binary = findMc()
  try {
    return await use((...args) => run(binary, dir, args))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function run(binary: string, dir: string, args: readonly string[]): Promise<string> {
  // The server's certificate is one that we made a moment ago, on the loopback.
  const child = spawn(binary, ['--config-dir', dir, '--insecure', '--json', ...args], {
    env: { PATH: process.env.PATH, HOME: dir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(output.stdout)
      else reject(new Error(`mc ${args.slice(0, 2).join(' ')} ended with ${code}: ${complaint(output)}`))
    })
  })
}

const complaint = ({ stdout, stderr }: { stdout: string; stderr: string }) =>
  /"message":\s*"([^"]*)"/.exec(stdout + stderr)?.[1] ?? stderr.trim().split('\n').at(-1) ?? ''
