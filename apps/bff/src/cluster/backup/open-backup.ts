import { type AgeOpener, NotOpened, openAge } from '../../custody/age-open.ts'
import { type BackupContent, unpackContent } from './backup-content.ts'

/** @returns to be wiped by the caller. @throws NotOpened with one sentence */
export async function openBackup(sealed: Uint8Array, opener: AgeOpener): Promise<BackupContent> {
  const plain = await openAge(sealed, opener)
  try {
    return unpackContent(plain)
  } catch (cause) {
    throw cause instanceof Error ? new NotOpened(cause.message, { cause }) : cause
  } finally {
    plain.fill(0)
  }
}
