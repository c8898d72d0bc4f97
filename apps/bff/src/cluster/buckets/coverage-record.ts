import { randomBytes } from 'node:crypto'
import { Coverage, type CoverageSummary } from '@strongroom/shared/coverage'
import { Instant } from '@strongroom/shared/endpoint'
import * as z from 'zod/mini'
import { keyOf } from '../../minio/version-listing.ts'
import { Counted, NOTHING, totals } from './coverage-tally.ts'
import { recordOf } from './record-name.ts'

/** A counting that has not come to its end, so that any process can go on with it. */
export const Unfinished = z.object({
  bucket: z.string(),
  prefix: z.string(),
  /** Of this counting alone: its files are named by it. Later ones sort behind. */
  run: z.string().check(z.regex(/^[\w-]+$/)),
  startedAt: Instant,
  by: z.array(z.string()),
  counted: Counted,
  pages: z.int(),
  listedMs: z.int(),
  /** Null: it is at its start. */
  after: z.nullable(z.object({ key: z.string(), versionId: z.string() })),
  /** The list of what is plain holds so far; beyond that the file is cut off. */
  list: z.object({ bytes: z.int(), rows: z.int() }),
})
export type Unfinished = z.infer<typeof Unfinished>

/** A counting at its end, as it is kept. */
export const Finished = z.object({ run: Unfinished.shape.run, coverage: Coverage })
export type Finished = z.infer<typeof Finished>

/** A counting at its start. */
export function newCounting(bucket: string, prefix: string): Unfinished {
  const startedAt = new Date().toISOString()
  return {
    ...{ bucket, prefix, startedAt, after: null, by: [], counted: NOTHING, pages: 0, listedMs: 0 },
    list: { bytes: 0, rows: 0 },
    run: `${startedAt.replace(/[-:.]/g, '')}-${randomBytes(4).toString('hex')}`,
  }
}

/** @param takenAt null: it has not come to its end */
export const coverageOf = (counting: Unfinished, takenAt: string | null): Coverage => ({
  ...totals(counting.counted),
  ...counting.counted,
  ...{ bucket: counting.bucket, prefix: counting.prefix, startedAt: counting.startedAt, takenAt, by: counting.by },
  ...{ pages: counting.pages, listedMs: counting.listedMs, listed: counting.list.rows },
  goesOnAfter: takenAt !== null ? null : counting.after === null ? '' : keyOf(counting.after),
})

export const summaryOf = ({ takenAt, prefix, total, plain, plainBytes, unknown }: Coverage): CoverageSummary => ({
  ...{ takenAt, prefix, total, plain, plainBytes, unknown },
})

/** The name of what is kept of one counting. */
export const nameOf = ({ bucket, run }: { readonly bucket: string; readonly run: string }) =>
  `${recordOf(bucket)}-${run}`
