import { setTimeout as sleep } from 'node:timers/promises'
import { startAudit } from '@strongroom/shared/iam'
import type { Job } from '@strongroom/shared/jobs'
import { importKey, type KeyProof, readKeyImport } from '@strongroom/shared/keys'
import { startMigration } from '@strongroom/shared/migrations'
import { applyMove, type Move, readMove, restartCluster } from '@strongroom/shared/move'
import type { Client } from './client.ts'

export const ACME_KEY = 'acme-key'

/** What each step of the walk answered. */
export interface Walk {
  readonly audit: Job
  readonly proof: KeyProof
  readonly lines: Move
  readonly restarted: Move
  readonly migration: Job
}

/** The whole move of the sample cluster from its static key to KES, over the API alone, as the screens do it. */
export async function walk(root: Client): Promise<Walk> {
  const audit = await root.job(startAudit, {})
  const { sources } = await root.call(readKeyImport, {})
  const id = sources.find(({ keyName }) => keyName === ACME_KEY)!.id
  const { proof } = await root.call(importKey, { name: ACME_KEY, source: { kind: 'server', id } })
  const lines = await root.call(applyMove, {})
  await root.call(restartCluster, { confirm: lines.confirmWord })
  const restarted = await untilRestarted(root)
  const migration = await root.job(startMigration, {})
  return { audit, proof, lines, restarted, migration }
}

/** Waits until the step "restart" holds: MinIO runs on KES and has loaded its users. */
export async function untilRestarted(root: Client): Promise<Move> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(250)) {
    const move = await root.call(readMove, {}).catch(() => null)
    if (move?.steps.find(({ id }) => id === 'restart')?.face === 'holds') return move
  }
  throw new Error('MinIO does not run on KES after a minute.')
}
