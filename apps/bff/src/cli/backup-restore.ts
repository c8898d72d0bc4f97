import { wipeContent } from '../cluster/backup/backup-content.ts'
import { type Access, type Restored, restoreIam } from '../cluster/backup/restore-iam.ts'
import { readEnvFile } from '../config/env-file.ts'
import { readOrigin } from '../config/urls.ts'
import { AppError } from '../errors.ts'
import { minioErrorIn } from '../minio/failures.ts'
import { iamLoaded } from '../minio/iam-loaded.ts'
import { readInfo } from '../minio/info.ts'
import { keyStatus } from '../minio/kms.ts'
import { type Credentials, connectMinio, type Minio } from '../minio/transport.ts'
import { openGiven } from './backup-file.ts'
import { describeBackup, offInWords } from './backup-text.ts'
import { CommandError, readArgs, type Terminal, UsageError } from './command.ts'
import { printable } from './printable.ts'
import { type Candidate, envFileCandidate, readCandidates, readTextFile } from './secret-files.ts'

/** `strongroom backup restore FILE --endpoint URL …` */
export async function restore(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArgs(args, {
    endpoint: { type: 'string' },
    ca: { type: 'string' },
    'env-file': { type: 'string' },
    'credentials-file': { type: 'string' },
    identity: { type: 'string' },
    'passphrase-file': { type: 'string' },
    yes: { type: 'boolean', default: false },
  })
  if (values.endpoint === undefined) throw new UsageError('Say with --endpoint where MinIO is.')
  const endpoint = readOrigin('--endpoint', values.endpoint, ['https:', 'http:'])
  const ca = values.ca === undefined ? {} : { ca: readTextFile('--ca', values.ca) }
  const { user, password } = credentialsOf(values)
  const { path, sha256, content } = await openGiven(positionals, values)
  const minio = connectMinio({ endpoint, region: 'us-east-1', ...ca })
  try {
    terminal.out(describeBackup(path, sha256, content))
    const { access, deploymentId, hasKms } = await reach(minio, { accessKey: user, secretKey: password })
    const { cluster, switchedOff } = content.info
    terminal.out(`  goes to  ${minio.host}, deployment ${printable(deploymentId ?? 'not known')}\n`)
    if (deploymentId !== cluster.deploymentId) terminal.out('  This is not the cluster that the backup was taken of.\n')
    if (!hasKms) terminal.out('  It has no KMS: what is restored lies in plaintext on its drives.\n')
    if (!values.yes) {
      terminal.out(
        `\nNothing was changed. With --yes it is restored, and these are off afterwards: ${printable(offInWords(switchedOff))}.\n`,
      )
      return 0
    }
    return report(await restoreIam(access, content), terminal)
  } finally {
    wipeContent(content)
    await minio.close()
  }
}

function credentialsOf(values: {
  'env-file'?: string | undefined
  'credentials-file'?: string | undefined
}): Candidate {
  const { 'env-file': envFile, 'credentials-file': credentialsFile } = values
  if ((envFile === undefined) === (credentialsFile === undefined)) {
    throw new UsageError('Give --env-file or --credentials-file, one of the two.')
  }
  const [found] =
    envFile !== undefined
      ? envFileCandidate(readEnvFile(envFile), envFile)
      : readCandidates('--credentials-file', credentialsFile!)
  if (found) return found
  throw new CommandError(
    envFile !== undefined
      ? `${envFile} does not name MINIO_ROOT_USER and MINIO_ROOT_PASSWORD.`
      : `${credentialsFile} holds no line accesskey:secretkey.`,
  )
}

/**
 * In the cluster's region, and only when it has surely loaded IAM: it would write in plaintext before. Where it has a KMS,
 * the default key has to work: each item is written under it.
 */
async function reach(
  anyRegion: Minio,
  credentials: Credentials,
): Promise<{ access: Access; deploymentId: string | null; hasKms: boolean }> {
  let minio = anyRegion
  const ask = () => readInfo(minio, credentials)
  const info = await ask().catch((error: unknown) => {
    const region = minioErrorIn(error)?.region
    if (region === undefined || region === minio.region) throw error
    minio = anyRegion.with({ region })
    return ask()
  })
  const { loaded, detail } = await iamLoaded(minio, credentials)
  if (loaded !== true) {
    throw new CommandError(
      `It is not sure that MinIO has loaded its users, and before it has, what it writes could be in plaintext: bring its IAM up first. ${detail}`,
    )
  }
  const access = { minio, credentials }
  return { access, deploymentId: info.deploymentId, hasKms: await hasWorkingKms(access) }
}

/** @returns false without a KMS. @throws CommandError where the default key does not work or can't be tried */
async function hasWorkingKms({ minio, credentials }: Access): Promise<boolean> {
  let tried: Awaited<ReturnType<typeof keyStatus>>
  try {
    tried = await keyStatus(minio, credentials)
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    if (cause.code === 'kms-not-configured') return false
    throw new CommandError(
      `The default key of MinIO's KMS could not be tried, and all that is restored would be written under it. ${cause.detail}`,
      { cause },
    )
  }
  if (tried.works) return true
  throw new CommandError(
    `The default key ${tried.key} of MinIO's KMS does not work, and all that is restored would be written under it: bring the KMS up first. MinIO says: ${tried.error}`,
  )
}

function report({ off, refused, differing }: Restored, { out, err }: Terminal): number {
  const count = off.serviceAccounts.length + off.groups.length
  out(
    `\nRestored. ${count === 0 ? 'Nothing was off.' : `Off again: ${printable([...off.serviceAccounts, ...off.groups].join(', '))}.`}\n`,
  )
  if (refused.length > 0) err(`strongroom: MinIO did not take ${printable(refused.join(', '))}. Its log says why.\n`)
  if (differing.length > 0) {
    err(
      `strongroom: these service accounts are not as they were: ${printable(differing.join(', '))}. Look at them with mc admin user svcacct info.\n`,
    )
  }
  return refused.length + differing.length > 0 ? 1 : 0
}
