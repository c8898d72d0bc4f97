import * as z from 'zod/mini'
import { endpoint, Instant, NoContent, Nothing } from './endpoint.ts'

/**
 * One step of the walk static key → KES. Its face is found by looking at the cluster, never ticked by hand:
 * `holds` (checked), `do` (the next thing), `waiting` (for an earlier step), `danger` (would lose data).
 */
export const MoveStep = z.object({
  id: z.enum(['kes', 'import', 'proof', 'lines', 'restart', 'migrate']),
  title: z.string(),
  face: z.enum(['holds', 'do', 'waiting', 'danger']),
  /** What was found, or what to do. */
  detail: z.string(),
  /** By which call or file this is known. */
  evidence: z.nullable(z.string()),
})
export type MoveStep = z.infer<typeof MoveStep>

export const Move = z.object({
  /** The walk applies: MinIO runs on a static key, or on KES after it. Otherwise `notFor` says why. */
  notFor: z.nullable(z.string()),
  keyName: z.nullable(z.string()),
  /** The import source that holds the static key; null when the console host has none. */
  sourceId: z.nullable(z.string()),
  fingerprint: z.nullable(z.string()),
  steps: z.array(MoveStep),
  /** The exact lines of each node's env file, only once the key is proven. Paths, never material. */
  lines: z.nullable(z.array(z.string())),
  /** The console may write the env file (demo only), and it says what it would write. */
  canApply: z.boolean(),
  /** The env file already says the lines. */
  applied: z.boolean(),
  /** The console may restart MinIO. */
  canRestart: z.boolean(),
  /** What has to be typed to restart. */
  confirmWord: z.string(),
  checkedAt: Instant,
})
export type Move = z.infer<typeof Move>

export const readMove = endpoint({
  id: 'readMove',
  method: 'GET',
  path: '/guides/move-to-kes',
  summary: 'The walk from a static key to KES, each step checked against the cluster.',
  input: Nothing,
  reply: Move,
})

export const applyMove = endpoint({
  id: 'applyMove',
  method: 'PUT',
  path: '/guides/move-to-kes/lines',
  summary: 'Write the lines into the env file of the demo. Refused until the key is proven, and outside the demo.',
  input: Nothing,
  reply: Move,
})

export const restartCluster = endpoint({
  id: 'restartCluster',
  method: 'POST',
  path: '/guides/move-to-kes/restart',
  summary: 'Restart all MinIO nodes at once. Refused until the env file is safe to start with.',
  input: z.object({ confirm: z.string().check(z.maxLength(200)) }),
  reply: NoContent,
  status: 204,
})
