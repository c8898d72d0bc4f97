import { Encrypter } from 'age-encryption'
import { AppError } from '../../errors.ts'
import type { Secret } from '../../secret.ts'
import type { SealedFor } from './age-seal.ts'

/** An X25519 recipient: bech32 of 32 bytes. */
const RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/

/**
 * What a backup is to be sealed for.
 *
 * @throws AppError `invalid-input` at `/recipient` for neither, for both, and for a recipient that is none
 */
export function sealedForOf(recipient: string | undefined, passphrase: Secret<string> | null): SealedFor {
  const given = recipient?.trim() || null
  if (given !== null && passphrase !== null) throw wrong('Give a recipient or a passphrase, not both')
  if (passphrase !== null) return { kind: 'passphrase', passphrase }
  if (given === null) throw wrong('Give a recipient (age1…) or a passphrase')
  if (/^age-secret-key-/i.test(given)) {
    throw wrong('This is an identity, which opens backups: it belongs on no server. Give its recipient, age1…')
  }
  if (!RECIPIENT.test(given) || !hasChecksum(given)) {
    throw wrong('This is no age recipient: it begins with age1 and has 62 characters, as age-keygen prints it')
  }
  return { kind: 'recipient', recipient: given }
}

function hasChecksum(recipient: string): boolean {
  try {
    new Encrypter().addRecipient(recipient)
    return true
  } catch {
    return false
  }
}

const wrong = (detail: string) =>
  new AppError('invalid-input', 'A backup is sealed for an age recipient or under a passphrase.', {
    fields: [{ pointer: '/recipient', detail }],
  })
