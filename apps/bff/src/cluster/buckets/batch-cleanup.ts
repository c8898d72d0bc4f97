import { AppError } from '../../errors.ts'
import { cancelBatchJob, listBatchJobs } from '../../minio/batch-jobs.ts'
import { deleteServiceAccount } from '../../minio/service-accounts.ts'
import { type BatchAccess, unlessRefused, withJobs } from './batch-observation.ts'
import { type BatchOrder, keyIsOpen } from './batch-orders.ts'

/** Who clears up. */
export interface Cleaner {
  readonly account: string
  readonly root: boolean
}

/**
 * Stops a job or clears up after one: its file goes, the access key that was made for it, and the order. What is gone
 * already counts as done, so it can be called again.
 *
 * @param id of a job, or the access key of one that MinIO lists no more
 * @throws AppError what could not be cleared up, each half with its reason; the order then stays
 */
export async function cleanUpBatchJob(access: BatchAccess, id: string, cleaner: Cleaner): Promise<void> {
  const { minio, credentials, orders } = access
  const order = (await knownOrders(access)).find(({ jobId, accessKey, recordId }) =>
    [jobId, accessKey, recordId].includes(id),
  )
  const jobId = order === undefined ? id : order.jobId
  const cancelled = jobId === null ? null : await settle(cancelBatchJob(minio, credentials, jobId))
  const removed = order === undefined ? null : await settle(removeKey(access, order, cleaner))
  if (order !== undefined && cancelled === null && removed === null) await orders.drop(order)
  else if (order !== undefined && removed === null && order.accessKey !== null)
    await orders.change(order, { accessKey: null })
  const failures = [cancelled, removed].filter((failure) => failure !== null)
  if (failures[0] === undefined) return
  throw new AppError(
    failures[0].code,
    [told('The job and its file', cancelled), order?.accessKey ? told('Its access key', removed) : '']
      .filter(Boolean)
      .join(' '),
    { cause: failures[0].cause },
  )
}

/** With their jobs, where the caller may list them. */
async function knownOrders(access: BatchAccess): Promise<readonly BatchOrder[]> {
  const kept = await access.orders.all()
  if (kept.every(({ jobId }) => jobId !== null)) return kept
  const listed = await listBatchJobs(access.minio, access.credentials).catch(unlessRefused)
  return listed === null ? kept : withJobs(access, kept, listed)
}

/**
 * Removes the access key of an order; one that has expired is gone by itself.
 *
 * @throws AppError `not-allowed` too where MinIO shows the key to nobody but its owner
 */
export async function removeKey({ minio, credentials }: BatchAccess, order: BatchOrder, cleaner: Cleaner) {
  const { accessKey, by } = order
  if (accessKey === null || !keyIsOpen(order, new Date())) return
  try {
    await deleteServiceAccount(minio, credentials, accessKey)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'not-found') throw error
    if (cleaner.root || cleaner.account === by) return
    throw new AppError(
      'not-allowed',
      'MinIO shows no such key, which it also says to whom may not remove it: its owner can, or who has admin:RemoveServiceAccount and ListServiceAccounts.',
      { cause: error.cause },
    )
  }
}

const settle = (act: Promise<void>): Promise<AppError | null> =>
  act.then(
    () => null,
    (error: unknown) => {
      if (error instanceof AppError) return error
      throw error
    },
  )

const told = (what: string, failure: AppError | null) =>
  failure === null ? `${what}: removed.` : `${what}: still there. ${failure.detail}`
