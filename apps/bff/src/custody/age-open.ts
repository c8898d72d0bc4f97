import { armor, Decrypter } from 'age-encryption'
import type { Secret } from '../secret.ts'

/** What opens an age file. */
export type AgeOpener =
  | { readonly kind: 'identities'; readonly identities: readonly Secret<string>[] }
  | { readonly kind: 'passphrase'; readonly passphrase: Secret<string> }

/** Bytes that this opener does not open, or that hold something else than was expected. */
export class NotOpened extends Error {
  override readonly name = 'NotOpened'
}

const HEADER = 'age-encryption.org/v1\n'
const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----'

/** Opens an age file, armored or not. @returns to be wiped by the caller. @throws NotOpened with one sentence */
export async function openAge(file: Uint8Array, opener: AgeOpener): Promise<Uint8Array> {
  const sealed = withoutArmor(file)
  const head = Buffer.from(sealed.subarray(0, 64)).toString('latin1')
  if (!head.startsWith(HEADER)) throw new NotOpened('The file is no age file.')
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

function withoutArmor(file: Uint8Array): Uint8Array {
  const text = Buffer.from(file).toString('latin1').trimStart()
  if (!text.startsWith(ARMOR)) return file
  try {
    return armor.decode(text)
  } catch (cause) {
    throw new NotOpened('The armor of the file is damaged.', { cause })
  }
}

function decrypterFor(opener: AgeOpener): Decrypter {
  const age = new Decrypter()
  if (opener.kind === 'passphrase') opener.passphrase.expose((passphrase) => age.addPassphrase(passphrase))
  else for (const secret of opener.identities) secret.expose((identity) => age.addIdentity(identity))
  return age
}
