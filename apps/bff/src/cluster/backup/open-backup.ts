import { Decrypter } from 'age-encryption'
import type { Secret } from '../../secret.ts'
import { type BackupContent, unpackContent } from './backup-content.ts'

/** What opens a backup. */
export type BackupOpener =
  | { readonly kind: 'identities'; readonly identities: readonly Secret<string>[] }
  | { readonly kind: 'passphrase'; readonly passphrase: Secret<string> }

/** Bytes that this opener does not open, or that hold no backup. */
export class NotOpened extends Error {
  override readonly name = 'NotOpened'
}

/** @returns to be wiped by the caller. @throws NotOpened with one sentence */
export async function openBackup(sealed: Uint8Array, opener: BackupOpener): Promise<BackupContent> {
  const plain = await decrypt(sealed, opener)
  try {
    return unpackContent(plain)
  } catch (cause) {
    throw cause instanceof Error ? new NotOpened(cause.message, { cause }) : cause
  } finally {
    plain.fill(0)
  }
}

async function decrypt(sealed: Uint8Array, opener: BackupOpener): Promise<Uint8Array> {
  const head = Buffer.from(sealed.subarray(0, 64)).toString('latin1')
  if (!head.startsWith('age-encryption.org/v1\n')) throw new NotOpened('The file is no age file.')
  const underPassphrase = head.includes('\n-> scrypt ')
  if (underPassphrase !== (opener.kind === 'passphrase')) {
    throw new NotOpened(
      underPassphrase
        ? 'The file is sealed under a passphrase: give --passphrase-file.'
        : 'The file is sealed for a recipient: give the identity that belongs to it with --identity.',
    )
  }
  try {
    return await decrypterFor(opener).decrypt(sealed)
  } catch (cause) {
    throw new NotOpened(
      underPassphrase
        ? 'The passphrase does not open the file, or the file is damaged.'
        : 'None of the identities opens the file, or the file is damaged.',
      { cause },
    )
  }
}

function decrypterFor(opener: BackupOpener): Decrypter {
  const age = new Decrypter()
  if (opener.kind === 'passphrase') opener.passphrase.expose((passphrase) => age.addPassphrase(passphrase))
  else for (const secret of opener.identities) secret.expose((identity) => age.addIdentity(identity))
  return age
}
