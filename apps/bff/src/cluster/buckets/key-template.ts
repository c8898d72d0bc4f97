import type { EncryptionMode } from '@strongroom/shared/bucket-name'
import { keyFor } from '@strongroom/shared/house-policy'
import { KeyName } from '@strongroom/shared/keys'
import type { FieldError } from '../../errors.ts'

/** No bucket has a shorter name; a longer one may still make the name of a key too long, which is found at that bucket. */
const SHORTEST_BUCKET = 'abc'

/** What is wrong with the key that a mode is given for many buckets; empty: nothing. */
export function wrongKey(pointer: string, mode: EncryptionMode, key: string | undefined): FieldError[] {
  if (mode !== 'sse-kms')
    return key === undefined ? [] : [{ pointer, detail: 'Only SSE-KMS takes a key: leave the name out' }]
  if (key === undefined) return [{ pointer, detail: 'SSE-KMS wants the name of a key' }]
  if (KeyName.safeParse(keyFor(key, SHORTEST_BUCKET)).success) return []
  return [{ pointer, detail: 'No key can be called so: 1 to 80 letters, digits, - or _; no - at the start or the end' }]
}
