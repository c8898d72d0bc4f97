import { test } from 'vitest'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openHouse } from './house.ts'
import { assumeRole } from '../src/minio/sts.ts'
import { connectMinio } from '../src/minio/transport.ts'
import { Secret } from '../src/secret.ts'
import { kmsStatus, listKmsKeys, keyStatus, createKmsKey } from '../src/minio/kms.ts'
import { readInfo } from '../src/minio/info.ts'
import { readAccount } from '../src/minio/account.ts'
import { minioErrorIn } from '../src/minio/failures.ts'
async function addUserTo(house: any, name: string, policy: readonly object[]) {
  const file = join(house.dir, `${name}.json`)
  writeFileSync(file, JSON.stringify({ Version: '2012-10-17', Statement: policy }))
  await house.mc(async (mc: any) => {
    await mc('admin', 'policy', 'create', 'demo', name, file)
    await mc('admin', 'user', 'add', 'demo', name, 'a-secret-of-a-test-user')
    await mc('admin', 'policy', 'attach', 'demo', name, '--user', name)
  })
}
test('measure', { timeout: 400_000 }, async () => {
  const house = await openHouse({ fixture: 'kes-latest' })
  try {
    await addUserTo(house, 'nobody', [{ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: ['arn:aws:s3:::*'] }])
    const minio = connectMinio({ endpoint: new URL(house.minio.endpoint), region: 'us-east-1' })
    const root = (await assumeRole(minio, { accessKey: house.truth.rootUser, secretKey: new Secret(house.truth.rootPassword), durationSeconds: 900 }))
    const m = minio.with({ region: root.region })
    const nobody = (await assumeRole(m, { accessKey: 'nobody', secretKey: new Secret('a-secret-of-a-test-user'), durationSeconds: 900 }))
    const out: string[] = []
    const t = async (what: string, ask: () => Promise<unknown>) => {
      const s = performance.now()
      const r = await ask().then((v) => (JSON.stringify(v) ?? '').slice(0, 150), (e) => `${e.code} ${e.detail} | ${minioErrorIn(e)?.status} ${minioErrorIn(e)?.code} ${minioErrorIn(e)?.message}`)
      out.push(`${what}: ${((performance.now() - s) / 1000).toFixed(2)} s ${r}`)
      writeFileSync(process.env.OUT!, out.join('\n'))
    }
    const all = async (state: string) => {
      for (const [who, c] of [['root', root.credentials], ['nobody', nobody.credentials]] as const) {
        await t(`${state} ${who} status`, () => kmsStatus(m, c))
        await t(`${state} ${who} list`, () => listKmsKeys(m, c, ''))
        await t(`${state} ${who} keyStatus`, () => keyStatus(m, c))
        await t(`${state} ${who} keyStatus absent`, () => keyStatus(m, c, 'absent'))
        await t(`${state} ${who} info`, () => readInfo(m, c))
        await t(`${state} ${who} account`, () => readAccount(m, c))
        await t(`${state} ${who} create`, () => createKmsKey(m, c, 'made'))
        await t(`${state} HEAD /`, () => m.send({ method: 'HEAD', path: '/' }))
      }
      await t(`${state} assume`, async () => { const x = await assumeRole(m, { accessKey: house.truth.rootUser, secretKey: new Secret(house.truth.rootPassword), durationSeconds: 900 }); return x.account })
    }
    await all('well')
    await house.killKes()
    await all('killed')
    await house.startKes()
    await all('again')
    process.kill(house.kes!.pid, 'SIGSTOP')
    await all('hung')
    process.kill(house.kes!.pid, 'SIGCONT')
  } finally { await house.close() }
})
