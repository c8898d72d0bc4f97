import * as z from 'zod/mini'

/** What protects the bytes of one item on the drives. */
export const SealState = z.enum(['plaintext', 'root-credentials', 'kms', 'unreadable'])
export type SealState = z.infer<typeof SealState>

/** Items by what seals them; `kms` counts by key name. */
export const SealCounts = z.object({
  plaintext: z.int(),
  'root-credentials': z.int(),
  kms: z.record(z.string(), z.int()),
  unreadable: z.int(),
})
export type SealCounts = z.infer<typeof SealCounts>

/** How many items the counts speak of. */
export const sealTotal = (counts: SealCounts) =>
  counts.plaintext +
  counts['root-credentials'] +
  counts.unreadable +
  Object.values(counts.kms).reduce((sum, count) => sum + count, 0)
