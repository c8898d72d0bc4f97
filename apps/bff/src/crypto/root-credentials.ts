import { clean } from '@noble/ciphers/utils.js'
import { type Argon2id, looksLikeAdminBody, openAdminBody } from './admin-body.ts'
import { concat, fromText } from './bytes.ts'

export interface RootCredentials {
  readonly user: string
  readonly password: string | Uint8Array
}

/**
 * Opens an item that a server up to RELEASE.2021-04-22T15-44-28Z sealed: the format of an admin body, under the password
 * `user:password` of the root user. The bytes are not bound to a path: an item opens wherever it lies.
 *
 * @throws ForgeryError where the bytes are short, altered or under other root credentials
 */
export async function openRootSealed(
  { user, password }: RootCredentials,
  bytes: Uint8Array,
  argon2id: Argon2id,
): Promise<Uint8Array> {
  const secret = typeof password === 'string' ? fromText(password) : password
  const joined = concat(fromText(`${user}:`), secret)
  try {
    return await openAdminBody(joined, bytes, argon2id)
  } finally {
    clean(joined)
    if (secret !== password) clean(secret)
  }
}

/**
 * Whether an item can be under root credentials: long enough, and byte 32 is an id of the format. One random file in 85
 * passes, so ask only where such items lie (see classify.ts).
 */
export const looksRootSealed = (bytes: Uint8Array): boolean => looksLikeAdminBody(bytes)
