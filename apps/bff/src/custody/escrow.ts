import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KeyName } from '@strongroom/shared/keys'
import { armor } from 'age-encryption'
import * as z from 'zod/mini'
import { base64Bytes } from '../crypto/base64-bytes.ts'
import { concat, fromText } from '../crypto/bytes.ts'
import { fingerprint } from '../crypto/fingerprint.ts'
import { AppError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { type AgeOpener, NotOpened, openAge } from './age-open.ts'
import { sealShortWithAge } from './age-seal.ts'
import { decodeMaterial } from './decode.ts'
import { SourceError } from './source-error.ts'

/** Below the backup folder. */
const FOLDER = 'keys'
const FILE = /^([\w-]{1,80})-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z\.age$/
const PENDING = '.pending'
const FORMAT = 'strongroom key escrow v1'

/** What an escrow copy says of its key. */
const Label = z.object({
  format: z.literal(FORMAT),
  keyName: KeyName,
  cipher: z.literal('AES256'),
  /** Endpoint of the MinIO that it was made for. */
  cluster: z.string(),
  madeAt: z.iso.datetime(),
  fingerprint: z.string(),
})
export type EscrowLabel = z.infer<typeof Label>

export interface EscrowOrder {
  readonly keyName: string
  readonly cluster: string
  /** `age1…`, checked. */
  readonly recipient: string
}

/**
 * Seals a copy of a key, as an armored age file. Its content is a line of JSON that says what it is, and `name:base64`
 * as in `MINIO_KMS_SECRET_KEY`: `age --decrypt` alone gets at it too.
 */
export async function sealEscrow(
  material: Secret<Uint8Array>,
  { keyName, cluster, recipient }: EscrowOrder,
  madeAt: Date,
): Promise<{ sealed: string; fingerprint: string }> {
  return material.expose(async (bytes) => {
    const print = fingerprint(bytes, keyName)
    const label: EscrowLabel = {
      format: FORMAT,
      keyName,
      cipher: 'AES256',
      cluster,
      madeAt: madeAt.toISOString(),
      fingerprint: print,
    }
    const encoded = base64Bytes(bytes)
    const plain = concat(fromText(`${JSON.stringify(label)}\n${keyName}:`), encoded, fromText('\n'))
    try {
      return { sealed: armor.encode(await sealShortWithAge(plain, recipient)), fingerprint: print }
    } finally {
      encoded.fill(0)
      plain.fill(0)
    }
  })
}

/** Opens an escrow copy. @returns `material`, 32 bytes, to be wiped by the caller. @throws NotOpened with one sentence */
export async function openEscrow(
  file: Uint8Array,
  opener: AgeOpener,
): Promise<{ label: EscrowLabel; material: Secret<Uint8Array> }> {
  const plain = await openAge(file, opener)
  try {
    const end = plain.indexOf(0x0a)
    const label = labelIn(plain.subarray(0, Math.max(0, end)))
    const material = decodeMaterial(Buffer.from(plain.subarray(end + 1)), label.keyName)
    if (material.expose((bytes) => fingerprint(bytes, label.keyName)) === label.fingerprint) return { label, material }
    material[Symbol.dispose]()
    throw new NotOpened('The key in the file is not the one that its label speaks of: the file was changed.')
  } catch (cause) {
    throw cause instanceof SourceError ? new NotOpened(`The file holds no key. ${cause.message}`, { cause }) : cause
  } finally {
    plain.fill(0)
  }
}

function labelIn(line: Uint8Array): EscrowLabel {
  try {
    return Label.parse(JSON.parse(Buffer.from(line).toString('utf8')))
  } catch {
    throw new NotOpened('The file opens, and holds no escrow copy of a key.')
  }
}

/**
 * Sealed copies of keys that the console made, in `keys` of the backup folder. A copy is on the disk before KES gets the
 * key, as `<name>-<time>.age.pending`, and is `<name>-<time>.age` once KES has it: so each of those is of a real key.
 */
export class EscrowFolder {
  readonly #folder: string

  constructor(backupDir: string) {
    this.#folder = join(backupDir, FOLDER)
  }

  /** @returns the name of the file that lies there now. @throws AppError `internal` when the folder can't be written to */
  async put(keyName: string, sealed: string, madeAt: Date): Promise<string> {
    const name = `${keyName}-${madeAt.toISOString().replace(/[-:.]/g, '')}.age${PENDING}`
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      await using file = await open(join(this.#folder, name), 'wx', 0o600)
      await file.writeFile(sealed)
      await file.sync()
      await this.#sync()
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
      throw new AppError(
        'internal',
        `The sealed copy can’t be written to ${this.#folder} (${code}), so no key was made. Let the console’s user own that folder, or name another backup folder in STRONGROOM_BACKUP_DIR.`,
        { cause },
      )
    }
    return name
  }

  /** KES has the key, which nothing here takes back: a file that can't be renamed stays as it is. @returns its name from now on */
  async confirm(pending: string): Promise<string> {
    const name = pending.slice(0, -PENDING.length)
    try {
      await rename(join(this.#folder, pending), join(this.#folder, name))
    } catch {
      return pending
    }
    await this.#sync().catch(() => undefined)
    return name
  }

  /** There is no such key. */
  async drop(pending: string) {
    await rm(join(this.#folder, pending), { force: true })
  }

  async #sync() {
    await using folder: FileHandle = await open(this.#folder)
    await folder.sync()
  }
}

/** Key name → when the console last made an escrow copy of a key that KES then got. @param backupDir the backup folder */
export async function escrowTimes(backupDir: string): Promise<ReadonlyMap<string, Date>> {
  const names = await readdir(join(backupDir, FOLDER)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const times = new Map<string, Date>()
  for (const match of names.sort().map((name) => FILE.exec(name))) {
    if (match === null) continue
    const [, keyName, year, month, day, hour, minute, second, millis] = match
    times.set(keyName!, new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`))
  }
  return times
}
