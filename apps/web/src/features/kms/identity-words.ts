import type { ConsoleIdentity, checkCertificate } from '@strongroom/shared/kms'
import type * as z from 'zod/mini'

export const roleWords: Record<ConsoleIdentity['role'], string> = {
  observe: 'Observing',
  prove: 'Proving',
  import: 'Creating and importing',
  delete: 'Deleting',
}

/** MinIO can open the old encrypted form alone, and no PKCS#8. */
export const formWords: Record<NonNullable<ConsoleIdentity['keyForm']>, string> = {
  plain: 'plain file',
  rfc1423: 'encrypted (old form)',
  'pkcs8-encrypted': 'encrypted (PKCS#8)',
}

type SameAs = z.infer<typeof checkCertificate.reply>['sameAs'][number]

const holders: Record<SameAs, string> = {
  observe: 'the console’s for observing',
  prove: 'the console’s for proving',
  import: 'the console’s for creating and importing',
  delete: 'the console’s for deleting',
  minio: 'MinIO’s',
}

/** `the console’s for observing and MinIO’s`. */
export const holderWords = (sameAs: readonly SameAs[]) =>
  new Intl.ListFormat('en', { type: 'conjunction' }).format(sameAs.map((each) => holders[each]))
