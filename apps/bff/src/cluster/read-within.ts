import { lstat } from 'node:fs/promises'
import { FormatError } from '../crypto/failures.ts'
import { AppError } from '../errors.ts'
import type { ByteBudget } from './byte-budget.ts'
import { inWords, readFolderFile } from './drive-folder.ts'

/** A file of a drive that is to be read. */
export interface WantedFile<Of> {
  readonly of: Of
  readonly file: string
  /** In bytes; what is larger is not read. */
  readonly most: number
  /** That it lies in, where that could be a link. */
  readonly folder?: string
}

export interface ReadFile<Of> {
  readonly of: Of
  /** Or why this one could not be read. */
  readonly bytes: Buffer | FormatError
}

/**
 * Reads all that one item has of a kind of file, once the budget has room for the sizes that the file system tells. What
 * would not fit into the whole budget is not read; files that are not there are left out.
 *
 * @returns `done` wipes the bytes and gives their room back
 */
export async function readWithin<Of>(budget: ByteBudget, wanted: readonly WantedFile<Of>[]) {
  const found = await Promise.all(wanted.map(lookAt))
  let sum = 0
  const admitted = found.map((each) => {
    if (each.trouble !== undefined || sum + each.size <= budget.total) {
      sum += each.trouble === undefined ? each.size : 0
      return each
    }
    return { ...each, trouble: `its drives hold more than ${inWords(budget.total)} of it` }
  })
  const giveBack = await budget.take(sum)
  const read: ReadFile<Of>[] = []
  const done = () => {
    for (const { bytes } of read) if (!(bytes instanceof FormatError)) bytes.fill(0)
    giveBack()
  }
  try {
    await Promise.all(
      admitted.map(async ({ of, file, size, trouble }) => {
        const bytes = trouble === undefined ? await orTrouble(readFolderFile(file, size)) : new FormatError(trouble)
        if (bytes !== undefined) read.push({ of, bytes })
      }),
    )
    return { read, done }
  } catch (error) {
    done()
    throw error
  }
}

interface Looked<Of> {
  readonly of: Of
  readonly file: string
  readonly size: number
  readonly trouble: string | undefined
}

async function lookAt<Of>({ of, file, most, folder }: WantedFile<Of>): Promise<Looked<Of>> {
  if (folder !== undefined && (await lstat(folder).catch(() => undefined))?.isSymbolicLink())
    return { of, file, size: 0, trouble: `${folder} is a link, which no drive of MinIO holds` }
  // What can't be looked at can't be opened either: reading it says why.
  const size = (await lstat(file).catch(() => undefined))?.size ?? 0
  return { of, file, size, trouble: size > most ? `${file} is larger than ${inWords(most)}` : undefined }
}

/** What keeps one copy from being read is trouble of that copy alone: others may be whole. */
export const orTrouble = (reading: Promise<Buffer | undefined>) =>
  reading.catch((error: unknown) => {
    if (error instanceof AppError) return new FormatError(error.detail.replace(/\.$/, ''))
    throw error
  })
