import { Encrypter } from 'age-encryption'
import { AppError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import type { SealedFor } from './age-seal.ts'

/** An X25519 recipient: bech32 of 32 bytes. */
const RECIPIENT = /^age1[02-9ac-hj-np-z]{58}$/

/**
 * What a backup is to be sealed for.
 *
 * @throws AppError `invalid-input` at `/recipient` for neither, for both, and for a recipient that is none
 */
export function sealedForOf(recipient: string | undefined, passphrase: Secret<string> | null): SealedFor {
  const wrong = (detail: string) => invalid('A backup is sealed for an age recipient or under a passphrase.', detail)
  const given = recipient?.trim() || null
  if (given !== null && passphrase !== null) throw wrong('Give a recipient or a passphrase, not both')
  if (passphrase !== null) return { kind: 'passphrase', passphrase }
  if (given === null) throw wrong('Give a recipient (age1…) or a passphrase')
  const fault = faultIn(given)
  if (fault !== null) throw wrong(fault)
  return { kind: 'recipient', recipient: given }
}

/** The age recipient of an escrow copy. @throws AppError `invalid-input` at `/source/recipient` for anything else */
export function recipientOf(text: string): string {
  const given = text.trim()
  const fault = given === '' ? 'Give a recipient (age1…)' : faultIn(given)
  if (fault === null) return given
  throw invalid(
    'A key is made here only together with a copy that is sealed for an age recipient.',
    fault,
    '/source/recipient',
  )
}

/** Why this is no recipient, without a word of it: it may be an identity. */
function faultIn(given: string): string | null {
  if (/^age-secret-key-/i.test(given)) {
    return 'This is an identity, which opens what was sealed: it belongs on no server. Give its recipient, age1…'
  }
  if (RECIPIENT.test(given) && hasChecksum(given)) return null
  return 'This is no age recipient: it begins with age1 and has 62 characters, as age-keygen prints it'
}

function hasChecksum(recipient: string): boolean {
  try {
    new Encrypter().addRecipient(recipient)
    return true
  } catch {
    return false
  }
}

const invalid = (sentence: string, detail: string, pointer = '/recipient') =>
  new AppError('invalid-input', sentence, { fields: [{ pointer, detail }] })
