import * as z from 'zod/mini'
import { endpoint, Instant, Nothing } from './endpoint.ts'
import { Job } from './jobs.ts'

/**
 * A drill: another KES, restored from a backup of the keystore, is asked to open sampled data keys that this cluster
 * really sealed. Read-only on both sides.
 */
export const Drill = z.object({
  id: z.string(),
  at: Instant,
  by: z.string(),
  /** Of the restored KES. */
  endpoint: z.string(),
  kesVersion: z.nullable(z.string()),
  sampled: z.int(),
  opened: z.int(),
  failed: z.int(),
  byKey: z.array(
    z.object({
      name: z.string(),
      /** `wrong-material`: the backup has another key of that name; `key-missing`: it has none. */
      verdict: z.enum(['proven', 'wrong-material', 'key-missing', 'nothing-to-open']),
      opened: z.int(),
      failed: z.int(),
    }),
  ),
  /** What was sampled and what was not, in one or two sentences. */
  detail: z.string(),
})
export type Drill = z.infer<typeof Drill>

export const listDrills = endpoint({
  id: 'listDrills',
  method: 'GET',
  path: '/drills',
  summary: 'The drills that were held, newest first, and the KES that the next one would ask.',
  input: Nothing,
  reply: z.object({
    /** Null: none is configured (`STRONGROOM_DRILL_KES_ENDPOINT`). */
    endpoint: z.nullable(z.string()),
    drills: z.array(Drill),
  }),
})

export const startDrill = endpoint({
  id: 'startDrill',
  method: 'POST',
  path: '/drills',
  summary: 'Hold a drill against the configured restored KES.',
  input: z.object({ samples: z._default(z.int().check(z.minimum(1), z.maximum(10_000)), 200) }),
  reply: Job,
  status: 202,
})
