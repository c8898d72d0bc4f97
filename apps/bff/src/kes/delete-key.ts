import { KeyName } from '@strongroom/shared/keys'
import { badName } from './answer.ts'
import type { Kes } from './transport.ts'

/**
 * Deletes a key for good. `DELETE /v1/key/delete/<name>`, without a body: KES drops the connection of one. The other KES
 * servers on the same keystore go on opening with the key until their caches forget it.
 *
 * @param kes under the identity for deletion
 * @throws AppError `not-found`, `not-allowed`, `invalid-input` (name), `upstream-failed`, `upstream-unreachable`
 */
export async function deleteKey(kes: Kes, name: string): Promise<void> {
  if (!KeyName.safeParse(name).success) throw badName()
  await kes.call({ method: 'DELETE', path: `/v1/key/delete/${name}`, act: 'delete keys', once: true })
}
