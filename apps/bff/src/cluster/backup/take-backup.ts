import { unzipSync } from 'fflate'
import { type SealedFor, sealWithAge } from '../../custody/age-seal.ts'
import { AppError } from '../../errors.ts'
import { exportConfig, exportIam } from '../../minio/export.ts'
import { readInfo } from '../../minio/info.ts'
import type { Credentials, Minio } from '../../minio/transport.ts'
import { VERSION } from '../../version.ts'
import { type BackupInfo, packContent, wipeContent } from './backup-content.ts'
import { IAM_FILES, type SwitchedOff, switchedOffIn } from './switched-off.ts'

export interface BackupOrder {
  readonly minio: Minio
  /** They need admin:ExportIAM and admin:ConfigUpdate. */
  readonly credentials: Credentials
  readonly takenBy: string
  readonly sealedFor: SealedFor
}

export interface SealedBackup {
  readonly info: BackupInfo
  /** An age file. */
  readonly sealed: Uint8Array
}

/**
 * Reads IAM and the configuration, and seals both at once. In clear they are in memory alone, and are wiped when this
 * returns or throws. Temporary credentials, bucket metadata, remote secrets and objects are not part of it.
 *
 * @throws AppError as `Minio.send`; `upstream-failed` where MinIO sent less than everything
 */
export async function takeBackup({ minio, credentials, takenBy, sealedFor }: BackupOrder): Promise<SealedBackup> {
  const iam = readExport(await exportIam(minio, credentials))
  let config: Uint8Array = new Uint8Array()
  try {
    config = await exportConfig(minio, credentials)
    const info: BackupInfo = {
      format: 1,
      takenAt: new Date().toISOString(),
      takenBy,
      cluster: await describe(minio, credentials),
      consoleVersion: VERSION,
      switchedOff: readSwitchedOff(iam),
    }
    const plain = packContent({ info, iam, config })
    try {
      return { info, sealed: await sealWithAge(plain, sealedFor) }
    } finally {
      plain.fill(0)
    }
  } finally {
    wipeContent({ iam, config })
  }
}

/** @param zip wiped before this returns */
function readExport(zip: Uint8Array): Record<string, Uint8Array> {
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(zip)
  } catch {
    throw incomplete()
  } finally {
    zip.fill(0)
  }
  if (IAM_FILES.every((name) => files[name] !== undefined)) return files
  for (const bytes of Object.values(files)) bytes.fill(0)
  throw incomplete()
}

function readSwitchedOff(iam: Record<string, Uint8Array>): SwitchedOff {
  try {
    return switchedOffIn(iam)
  } catch {
    throw incomplete()
  }
}

const incomplete = () =>
  new AppError(
    'upstream-failed',
    'MinIO’s export of IAM came incomplete: some item could not be read. Nothing was kept. Read the drives to see which item it is.',
  )

/** Who may export but not ask for the server's state still gets a backup. */
async function describe(minio: Minio, credentials: Credentials): Promise<BackupInfo['cluster']> {
  const info = await readInfo(minio, credentials).catch(() => null)
  return {
    endpoint: minio.host,
    deploymentId: info?.deploymentId ?? null,
    region: info?.region ?? '',
    version: info?.version ?? null,
  }
}
