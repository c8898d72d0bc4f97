import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { House } from './house.ts'

export const SECRET = 'a-secret-of-a-test-user'

/** A user of MinIO with a policy of these statements alone. */
export async function addUser(house: House, name: string, statements: readonly object[], secret = SECRET) {
  const file = join(house.dir, `${name}.json`)
  writeFileSync(file, JSON.stringify({ Version: '2012-10-17', Statement: statements }))
  await house.mc(async (mc) => {
    await mc('admin', 'policy', 'create', 'demo', `${name}-policy`, file)
    await mc('admin', 'user', 'add', 'demo', name, secret)
    await mc('admin', 'policy', 'attach', 'demo', `${name}-policy`, '--user', name)
  })
}

/** A statement of a policy for these buckets; `*`: everywhere. */
export const allow = (actions: readonly string[], ...buckets: readonly string[]) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: buckets.map((bucket) => `arn:aws:s3:::${bucket}`),
})
