import { createKey, listKeys } from '@strongroom/shared/keys'
import { call } from '../../api/call.ts'
import { ApiFailure } from '../../api/failure.ts'
import { invalidate } from '../../api/query.ts'

/** Makes a key in KES; one that is there by now is as good. */
export async function makeKey(name: string) {
  await call(createKey, { name }).catch((error: unknown) => {
    if (!(error instanceof ApiFailure && error.code === 'already-exists')) throw error
  })
  void invalidate(listKeys)
}
