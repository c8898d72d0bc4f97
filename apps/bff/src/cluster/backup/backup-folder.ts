import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { IamBackup } from '@strongroom/shared/backups'
import { AppError } from '../../errors.ts'

/** `iam-20270131T235959Z-1a2b3c4d.age`: nothing that could lead out of the folder. */
const ID = /^iam-\d{8}T\d{6}Z-[0-9a-f]{8}\.age$/

/**
 * Sealed backups in one folder: an age file each, with a side file `<id>.json` that says what a list shows. The side
 * file is written first, so that a backup which is there can always be listed.
 */
export class BackupFolder {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** Writes a sealed file; both files have mode 0600. @throws AppError `internal` when the folder can't be written to */
  async keep(
    sealed: Uint8Array,
    { takenAt, takenBy, sealedFor }: Pick<IamBackup, 'takenAt' | 'takenBy' | 'sealedFor'>,
  ): Promise<IamBackup> {
    const id = `iam-${takenAt.replace(/\.\d+|[-:]/g, '')}-${randomBytes(4).toString('hex')}.age`
    const backup: IamBackup = {
      id,
      takenAt,
      takenBy,
      sizeBytes: sealed.length,
      sha256: createHash('sha256').update(sealed).digest('hex'),
      sealedFor,
    }
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 })
      await this.#write(`${id}.json`, Buffer.from(JSON.stringify(backup)))
      await this.#write(id, sealed)
    } catch (cause) {
      await rm(join(this.folder, `${id}.json`), { force: true }).catch(() => undefined)
      const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
      throw new AppError(
        'internal',
        `The backup folder ${this.folder} can’t be written to (${code}). Let the console’s user own it, or name another one in STRONGROOM_BACKUP_DIR.`,
        { cause },
      )
    }
    return backup
  }

  /** Newest first. A folder that is not there yet holds none. */
  async list(): Promise<IamBackup[]> {
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    const backups = await Promise.all(names.filter((name) => ID.test(name)).map((id) => this.#describe(id)))
    return backups
      .filter((backup) => backup !== undefined)
      .sort((one, other) => (one.takenAt < other.takenAt ? 1 : one.takenAt > other.takenAt ? -1 : 0))
  }

  /** The sealed file. @throws AppError `not-found` */
  async read(id: string): Promise<Uint8Array> {
    const bytes = ID.test(id) ? await readFile(join(this.folder, id)).catch(() => undefined) : undefined
    if (bytes === undefined) throw new AppError('not-found', 'There is no such backup in the folder.')
    return bytes
  }

  /** What the list shows of it; undefined where there is none. */
  async find(id: string): Promise<IamBackup | undefined> {
    return ID.test(id) ? this.#describe(id) : undefined
  }

  async #describe(id: string): Promise<IamBackup | undefined> {
    const text = await readFile(join(this.folder, `${id}.json`), 'utf8').catch(() => '')
    try {
      return { ...IamBackup.parse(JSON.parse(text)), id }
    } catch {
      return undefined
    }
  }

  /** The whole file or none, also after a power cut. */
  async #write(name: string, bytes: Uint8Array) {
    const path = join(this.folder, name)
    const file = await open(`${path}.new`, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.new`, path)
  }
}
