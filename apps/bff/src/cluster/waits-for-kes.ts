import type { KesStatus } from '@strongroom/shared/kms'
import { AppError } from '../errors.ts'
import { untilAway } from '../kes/away.ts'
import type { Kes } from '../kes/transport.ts'
import { minioErrorIn } from '../minio/failures.ts'
import type { Minio, MinioCall } from '../minio/transport.ts'

/** MinIO is there and keeps silent, and no KES endpoint is well: the `cause` of what was given up. */
export class WaitsForKes extends Error {
  override readonly name = 'WaitsForKes'
  readonly seen: readonly KesStatus[]

  constructor(seen: readonly KesStatus[]) {
    super(seen.map(({ trouble }) => trouble).join(' '))
    this.seen = seen
  }
}

/** Whether MinIO's answer was given up since MinIO waits for KES: it is neither a yes nor a no. */
export const waitsForKes = (error: unknown): error is AppError & { readonly cause: WaitsForKes } =>
  error instanceof AppError && error.cause instanceof WaitsForKes

/** What the console saw of KES when it gave up; not for everybody. */
export const kesSeenIn = (error: unknown): readonly KesStatus[] | null => (waitsForKes(error) ? error.cause.seen : null)

/** MinIO allows its administrators' calls before it waits; whoever signs in or reads objects is told no address. */
function silence(seen: readonly KesStatus[], { path }: MinioCall): AppError {
  const at = path.startsWith('/minio/') ? ` at ${seen.map(({ url }) => new URL(url).host).join(', ')}` : ''
  const how = seen.some(({ reachable }) => reachable) ? 'is not well' : 'does not answer'
  return new AppError(
    'upstream-unreachable',
    `KES${at} ${how}, and MinIO waits for it. The KMS page shows which hop is broken.`,
    { cause: new WaitsForKes(seen) },
  )
}

/**
 * While KES hangs, so does whatever makes MinIO ask it, until the console's own time-out would call MinIO unreachable. Such
 * calls end early here, with an AppError `upstream-unreachable` that blames KES.
 *
 * @param kes whose endpoints the console looks at; null: it knows none, and waits
 */
export const notWaitingForKes = (minio: Minio, kes: Kes | null): Minio =>
  kes === null
    ? minio
    : {
        host: minio.host,
        region: minio.region,
        send: (call) => {
          const asked = minio.send(call)
          if (call.asksKms !== true) return asked
          return untilAway(kes, asked, async (seen) => {
            if (await answers(minio)) throw silence(seen, call)
            return asked
          })
        },
        with: (change) => notWaitingForKes(minio.with(change), kes),
        at: (node) => notWaitingForKes(minio.at(node), kes),
        close: () => minio.close(),
      }

/** A refusal will do: it is MinIO's own. What tells of MinIO's health asks its KMS first. */
async function answers(minio: Minio): Promise<boolean> {
  try {
    await minio.send({ method: 'HEAD', path: '/', timeoutMs: 1_000 })
    return true
  } catch (error) {
    return minioErrorIn(error) !== undefined
  }
}
