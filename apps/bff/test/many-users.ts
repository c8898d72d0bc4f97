import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client as Mc } from '@strongroom/sandbox/client'
import { strToU8, zipSync } from 'fflate'

/** One import holds up MinIO's other writers for a while. */
const AT_ONCE = 2_000

/** Adds real users, as MinIO itself writes them. `work` is a folder for the files. @returns their access keys */
export async function importUsers(mc: Mc, count: number, work: string): Promise<string[]> {
  const names = Array.from({ length: count }, (_, at) => `user-${String(at).padStart(6, '0')}`)
  for (let from = 0; from < count; from += AT_ONCE) {
    const users = names
      .slice(from, from + AT_ONCE)
      .map((name) => [name, { secretKey: `secret-of-${name}`, status: 'enabled' }] as const)
    const file = join(work, `users-${from}.zip`)
    writeFileSync(file, zipSync({ 'iam-assets/users.json': strToU8(JSON.stringify(Object.fromEntries(users))) }))
    await mc('admin', 'cluster', 'iam', 'import', 'demo', file)
  }
  return names
}
