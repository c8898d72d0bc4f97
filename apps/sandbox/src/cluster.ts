import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { acmeArchive } from './acme.ts'
import type { DemoOptions } from './arguments.ts'
import { withClient } from './client.ts'
import { type ClusterEnv, clusterEnv } from './cluster-env.ts'
import { assertServable } from './drives.ts'
import { rootCredentials } from './env-file.ts'
import type { Household } from './household.ts'
import { type Kes, startKes } from './kes.ts'
import { secretValues } from './log-tail.ts'
import { type Minio, startMinio } from './minio.ts'
import { putSampleObjects, untilIamLoaded } from './objects.ts'
import { loopbackCertificate, type PemFiles } from './pem-files.ts'
import { type Seed, unpackDrives } from './seed.ts'
import type { Remembered } from './state.ts'

export interface Start {
  readonly options: DemoOptions
  /** The demo's folder. */
  readonly dir: string
  readonly earlier: Remembered
  readonly household: Household
  readonly report: (line: string) => void
  readonly signal: AbortSignal
}

export interface Cluster {
  readonly kes: Kes
  readonly minio: Minio
  readonly env: ClusterEnv
  readonly login: { readonly accessKey: string; readonly secretKey: string }
  readonly tls?: PemFiles
}

/** Unpacks the drives, and starts KES and then MinIO on them: MinIO does not start without the KES it is to use. */
export async function startCluster(start: Start): Promise<Cluster> {
  const { options, dir, household, signal, report } = start
  const seed = await unpackDrives(options.seed ?? acmeArchive, join(dir, 'drives'), options.drives)
  assertServable(seed.drives)
  signal.throwIfAborted()

  const kes = await startKes({ dir: join(dir, 'kes'), onStart: household.add, ...keystoreOf(seed) })
  household.watch(kes.child)
  const env = environment(start, seed, kes)
  const login = rootCredentials(env.variables)
  household.secrets.push(...secretValues(env.variables))
  signal.throwIfAborted()

  const tls = options.tls ? loopbackCertificate(dir, 'tls') : undefined
  const minio = await serve(start, seed, env, tls)
  household.watch(minio.child)
  report(`MinIO serves ${seed.drives.length} ${seed.drives.length === 1 ? 'drive' : 'drives'} at ${minio.endpoint}.`)
  return { kes, minio, env, login, ...(tls && { tls }) }
}

/** Waits for IAM, without which nobody can sign in, and puts the sample's objects at the first start. */
export async function furnish(
  { options, dir, earlier, report, signal }: Start,
  { minio, login }: Cluster,
): Promise<void> {
  await withClient({ ...login, endpoint: minio.endpoint }, join(dir, 'mc'), async (mc) => {
    const loaded = await untilIamLoaded(mc, signal)
    if (!loaded) report('MinIO has not loaded its users and policies within 30 s; the console says why.')
    if (options.seed === undefined && !earlier.objectsPut) await putSampleObjects(mc, join(dir, 'objects'))
  })
}

function environment({ options, dir, earlier, report }: Start, seed: Seed, kes: Kes): ClusterEnv {
  const access = { endpoint: kes.endpoint, cert: kes.minioCert, key: kes.minioKey, ca: kes.ca }
  const given = { ...keystoreOf(seed), ...(options.env !== undefined && { envFile: options.env }) }
  return clusterEnv(join(dir, 'minio.env'), given, access, earlier, report)
}

const serve = ({ dir, earlier, household }: Start, { drives }: Seed, env: ClusterEnv, tls: PemFiles | undefined) =>
  startMinio({
    drives,
    env: {},
    envFile: env.path,
    certsDir: join(dir, 'minio-certs'),
    logFile: join(dir, 'logs', 'minio.log'),
    secrets: household.secrets,
    onStart: household.add,
    ...(earlier.minioPort !== undefined && { port: earlier.minioPort }),
    ...(tls && { tls: { certPem: readFileSync(tls.cert, 'utf8'), keyPem: readFileSync(tls.key, 'utf8') } }),
  })

const keystoreOf = ({ keystore }: Seed) => (keystore === undefined ? {} : { keystore })
