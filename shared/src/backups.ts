import * as z from 'zod/mini'
import { endpoint, Instant, Nothing } from './endpoint.ts'

/** A sealed copy of what `export-iam` and the configuration hold: an age file, which this console can't open. */
export const IamBackup = z.object({
  /** Its file name. */
  id: z.string(),
  takenAt: Instant,
  takenBy: z.string(),
  sizeBytes: z.int(),
  /** Of the sealed file, hex. */
  sha256: z.string(),
  sealedFor: z.enum(['recipient', 'passphrase']),
})
export type IamBackup = z.infer<typeof IamBackup>

export const listBackups = endpoint({
  id: 'listBackups',
  method: 'GET',
  path: '/iam/backups',
  summary: 'The sealed IAM backups in the backup folder, newest first.',
  input: Nothing,
  reply: z.object({ folder: z.string(), backups: z.array(IamBackup) }),
})

export const createBackup = endpoint({
  id: 'createBackup',
  method: 'POST',
  path: '/iam/backups',
  summary:
    'Seal a copy of IAM and configuration for an age recipient or under a passphrase, and keep it in the backup folder.',
  input: z.object({
    /** `age1…`: whoever holds its identity can open it. Either this or a passphrase. */
    recipient: z.optional(z.string().check(z.maxLength(200))),
    passphrase: z.optional(z.string().check(z.minLength(12, 'Use 12 characters or more'), z.maxLength(1024))),
  }),
  reply: IamBackup,
  status: 201,
})

export const downloadBackup = endpoint({
  id: 'downloadBackup',
  method: 'GET',
  path: '/iam/backups/:id/file',
  summary: 'A sealed backup as a file.',
  input: z.object({ id: z.string().check(z.minLength(1), z.maxLength(100)) }),
  reply: z.null(),
  download: true,
})
