import { type Unzipped, unzipSync, zipSync } from 'fflate'
import * as z from 'zod/mini'
import { SwitchedOff } from './switched-off.ts'

/** What a backup says of itself: `backup.json` in it. It holds names, and no secret. */
export const BackupInfo = z.object({
  format: z.literal(1),
  takenAt: z.iso.datetime(),
  takenBy: z.string(),
  cluster: z.object({
    endpoint: z.string(),
    deploymentId: z.nullable(z.string()),
    region: z.string(),
    /** Of MinIO. */
    version: z.nullable(z.string()),
  }),
  /** Of the console that took it. */
  consoleVersion: z.string(),
  switchedOff: SwitchedOff,
})
export type BackupInfo = z.infer<typeof BackupInfo>

/** What is in a backup, in clear. */
export interface BackupContent {
  readonly info: BackupInfo
  /** `iam-assets/users.json` …, as MinIO exported them. */
  readonly iam: Readonly<Record<string, Uint8Array>>
  /** As `mc admin config export` gives it. */
  readonly config: Uint8Array
}

const INFO = 'backup.json'
const CONFIG = 'config.txt'
const IAM = 'iam-assets/'

/** Compressing would leave copies in memory that nobody can wipe. */
const STORED = { level: 0 } as const

/** The zip that is sealed. It holds every secret of the cluster's users: to be wiped by the caller. */
export const packContent = ({ info, iam, config }: BackupContent): Uint8Array =>
  zipSync({ [INFO]: Buffer.from(`${JSON.stringify(info, null, 2)}\n`), [CONFIG]: config, ...iam }, STORED)

/** The zip that MinIO's import takes. To be wiped by the caller. */
export const packIam = (iam: BackupContent['iam']): Uint8Array => zipSync({ ...iam }, STORED)

/** @throws Error for bytes that are no backup of a form this version knows */
export function unpackContent(zip: Uint8Array): BackupContent {
  const { [INFO]: info, [CONFIG]: config, ...rest } = unzipped(zip)
  const iam = Object.fromEntries(Object.entries(rest).filter(([name]) => name.startsWith(IAM)))
  const read = z.safeParse(BackupInfo, info && parse(info))
  if (!read.success || config === undefined) throw notOurs()
  return { info: read.data, iam, config }
}

function unzipped(zip: Uint8Array): Unzipped {
  try {
    return unzipSync(zip)
  } catch {
    throw notOurs()
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
}

const notOurs = () => new Error('What the file holds is no backup that this version of strongroom knows.')

/** Overwrites the secrets of a backup that is not needed any more. */
export function wipeContent({ iam, config }: Pick<BackupContent, 'iam' | 'config'>) {
  for (const bytes of [...Object.values(iam), config]) bytes.fill(0)
}
