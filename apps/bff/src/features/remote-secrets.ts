import { enterTargetSecret, enterTierSecret, listRemoteSecrets } from '@strongroom/shared/remote-secrets'
import { requireSealing } from '../cluster/migrate/guard.ts'
import { type Console, kmsNow, minioFor } from '../console.ts'
import { AppError } from '../errors.ts'
import { bind, type Router } from '../http/bind.ts'
import { listRemoteTargets, rewriteTargets, setTargetCredentials } from '../minio/remote-targets.ts'
import { SITE_REPLICATOR } from '../minio/site-replication.ts'
import { type AccessKeyPair, listTiers, type RemoteTier, rewriteTiers, setTierCredentials } from '../minio/tiers.ts'
import { Secret } from '../secret.ts'

export function remoteSecretRoutes(router: Router, console: Console) {
  bind(router, listRemoteSecrets, async (_, c) => {
    const { minio, credentials } = minioFor(console, c)
    const [tiers, targets] = await Promise.all([listTiers(minio, credentials), listRemoteTargets(minio, credentials)])
    // MinIO tells its tiers in another order each time.
    return { tiers: tiers.toSorted((one, other) => (one.name < other.name ? -1 : 1)), targets: [...targets] }
  })

  bind(router, enterTierSecret, async ({ name, ...typed }, c) => {
    using entered = pairOf(typed)
    requireSealing(await kmsNow(console, c))
    const { minio, credentials } = minioFor(console, c)
    const tier = (await listTiers(minio, credentials)).find((candidate) => candidate.name === name)
    if (tier === undefined) throw new AppError('not-found', 'MinIO has no tier of that name.')
    if (entered === null) {
      requireRewritable(tier)
      await rewriteTiers(minio, credentials, name)
      return null
    }
    requireAccessKey(tier)
    await setTierCredentials(minio, credentials, name, entered)
    return null
  })

  bind(router, enterTargetSecret, async ({ bucket, arn, ...typed }, c) => {
    using entered = pairOf(typed)
    requireSealing(await kmsNow(console, c))
    const { minio, credentials } = minioFor(console, c)
    const target = (await listRemoteTargets(minio, credentials, bucket)).find((candidate) => candidate.arn === arn)
    if (target === undefined) throw new AppError('not-found', 'The bucket has no such target.')
    if (entered === null) {
      await rewriteTargets(minio, credentials, target)
      return null
    }
    // MinIO would answer 200 and leave what was typed out.
    if (target.accessKey === SITE_REPLICATOR)
      throw new AppError(
        'invalid-input',
        'Site replication made this target, and its secret is known to the sites alone. There is nothing to enter.',
      )
    await setTargetCredentials(minio, credentials, target, entered)
    return null
  })
}

interface Typed {
  readonly accessKey?: string | undefined
  readonly secretKey?: string | undefined
}

/** @returns null where neither was typed. @throws AppError `invalid-input` where one of the two is missing */
function pairOf({ accessKey, secretKey }: Typed): (AccessKeyPair & Disposable) | null {
  if (accessKey === undefined && secretKey === undefined) return null
  if (accessKey !== undefined && secretKey !== undefined) {
    const boxed = new Secret(secretKey)
    return { accessKey, secretKey: boxed, [Symbol.dispose]: () => boxed[Symbol.dispose]() }
  }
  const [pointer, detail] =
    accessKey === undefined ? ['/accessKey', 'Type the access key'] : ['/secretKey', 'Type the secret key']
  throw new AppError('invalid-input', `${detail} as well, or neither of the two.`, { fields: [{ pointer, detail }] })
}

/** MinIO saves its tiers without new credentials only when a tier of one of these types is named. */
const REWRITABLE = ['s3', 'azure']

function requireRewritable({ name, type }: RemoteTier) {
  if (REWRITABLE.includes(type)) return
  throw new AppError(
    'invalid-input',
    `MinIO saves tier ${name} (${type}) anew only with its credentials: enter them.`,
    { fields: [{ pointer: '/secretKey', detail: 'Type the secret key' }] },
  )
}

/** An access key and its secret are what the form takes; other kinds of credentials MinIO takes in other fields. */
function requireAccessKey({ name, type, by }: RemoteTier) {
  if (by === 'access-key') return
  throw new AppError(
    'invalid-input',
    `Tier ${name}: ${OTHER_CREDENTIALS[by === 'role' ? 'role' : type] ?? UNKNOWN_TYPE}`,
  )
}

const UNKNOWN_TYPE = 'the console does not know tiers of its type. Use `mc ilm tier update`.'

const OTHER_CREDENTIALS: Readonly<Record<string, string>> = {
  role: 'MinIO signs in there with a role of its host and keeps no secret. To save it anew run `mc ilm tier update ALIAS NAME --use-aws-role`.',
  azure:
    'Azure wants an account key or a service principal in place of an access key. Use `mc ilm tier update ALIAS NAME --account-key …`.',
  gcs: 'Google wants a credentials file in place of an access key. Use `mc ilm tier update ALIAS NAME --credentials-file …`.',
}
