import { createBackup, downloadBackup, listBackups } from '@strongroom/shared/backups'
import { takeBackup } from '../cluster/backup/take-backup.ts'
import { type Console, minioFor, requireDriveReading } from '../console.ts'
import { sealedForOf } from '../custody/sealed-for.ts'
import { AppError } from '../errors.ts'
import { bind, bindDownload, type Router } from '../http/bind.ts'
import { Secret } from '../secret.ts'
import type { Caller } from '../session/caller.ts'

export function backupRoutes(router: Router, console: Console) {
  const { backups } = console

  bind(router, listBackups, async (_, c) => {
    await requireDriveReading(console, c)
    return { folder: backups.folder, backups: await backups.list() }
  })

  // MinIO itself decides who may take one: the exports are asked for with the caller's own credentials.
  bind(router, createBackup, async ({ recipient, passphrase }, c) => {
    using secret = passphrase === undefined ? null : new Secret(passphrase)
    const sealedFor = sealedForOf(recipient, secret)
    const { account: takenBy } = c.var.caller
    const { info, sealed } = await takeBackup({ ...minioFor(console, c), takenBy, sealedFor })
    return backups.keep(sealed, { takenAt: info.takenAt, takenBy, sealedFor: sealedFor.kind })
  })

  bindDownload(router, downloadBackup, async ({ id }, c) => {
    await requireDriveReading(console, c)
    await requireOwn(console, id, c.var.caller)
    return { name: id, type: 'application/octet-stream', content: await backups.read(id) }
  })
}

/**
 * Whoever has a file that is sealed under a passphrase can guess at that for as long as he likes. MinIO can't be asked who
 * may export IAM without being made to export it.
 */
async function requireOwn({ backups }: Console, id: string, { root, account }: Caller): Promise<void> {
  if (root || (await backups.find(id))?.takenBy === account) return
  throw new AppError(
    'not-allowed',
    'Only root and the account that took a backup may download it: a passphrase could be guessed at in the file. Take a backup of your own, which admin:ExportIAM allows, or ask one of the two.',
  )
}
