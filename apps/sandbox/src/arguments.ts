import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export const USAGE = `npm run demo -- [--seed DRIVES.tar.gz] [--env ENVFILE] [--drives GLOB] [--tls] [--port N] [--state DIR] [--reset] [--json]

Starts MinIO on a copy of a cluster's drives, a KES, and the console, and prints where to sign in.
Without --seed it is the sample cluster "acme", whose drives a MinIO of 2021 wrote.

  --seed FILE    archive of drives: one folder at its root, in it drive1, or d1 … dN, and kes/ where there is one
  --env FILE     the cluster's env file; its MINIO_* lines are served. MINIO_KMS_KES_ENDPOINT=auto means the demo's KES
  --drives GLOB  which folders of the archive are drives, for instance 'node1-*'
  --tls          MinIO and the console serve HTTPS, with a certificate made for it
  --port N       the console's port; a free one otherwise
  --state DIR    where everything is kept; .sandbox/demo otherwise
  --reset        forget what is kept there and start anew
  --json         print one line of JSON when ready, and nothing else
`

export interface DemoOptions {
  /** Archive of drives; the sample cluster when absent. */
  readonly seed?: string
  readonly env?: string
  readonly drives?: string
  readonly tls?: boolean
  readonly port?: number
  readonly state?: string
  readonly reset?: boolean
}

export type Command = DemoOptions & { readonly json: boolean; readonly help: boolean }

const flags = {
  seed: { type: 'string' },
  env: { type: 'string' },
  drives: { type: 'string' },
  tls: { type: 'boolean', default: false },
  port: { type: 'string' },
  state: { type: 'string' },
  reset: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/**
 * Reads the command line; paths are taken from `cwd`.
 * @throws Error with one sentence on what is wrong with it
 */
export function parseCommand(args: readonly string[], cwd: string): Command {
  const { seed, env, drives, port, state, ...switches } = read(args)
  const path = (value: string) => resolve(cwd, value)
  if (seed !== undefined && env === undefined && !switches.help) {
    throw new Error(
      '--seed needs --env: an env file with at least the MINIO_ROOT_USER and MINIO_ROOT_PASSWORD of those drives.',
    )
  }
  return {
    ...switches,
    ...(seed !== undefined && { seed: file('--seed', path(seed)) }),
    ...(env !== undefined && { env: file('--env', path(env)) }),
    ...(drives !== undefined && { drives }),
    ...(port !== undefined && { port: portNumber(port) }),
    ...(state !== undefined && { state: path(state) }),
  }
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false }).values
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('. ')[0] : 'The command line is not understood'
    throw new Error(`${why}. See npm run demo -- --help.`, { cause })
  }
}

function file(flag: string, path: string): string {
  // MinIO serves minioadmin:minioadmin without a word when its env file is missing.
  if (!existsSync(path)) throw new Error(`${flag}: there is no file ${path}.`)
  return path
}

function portNumber(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  throw new Error('--port must be a number from 1 to 65535.')
}
