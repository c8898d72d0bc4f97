import { constants, generateKeyPair, privateDecrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { InspectError, openInspectInSteps } from '../crypto/inspect.ts'
import { AppError } from '../errors.ts'
import { openAes256Gcm } from '../native/aes-gcm.ts'
import { turns } from '../turns.ts'
import { ADMIN } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'
import { zipEntries } from './zip.ts'

/** Items of the cluster's own data lie in this volume; in the other one on Kypello, a successor of MinIO. */
export const SYSTEM_VOLUME = '.minio.sys'
export const KYPELLO_VOLUME = '.kypello.sys'

/** Linear in items × drives: 2,100 items on 4 drives were 7 MB in 2.5 s. More than the limit is refused. */
const TIMEOUT_MS = 120_000
const MAX_REPLY_BYTES = 256 * 2 ** 20
/** Far above any item. A larger file counts as empty, and so as damaged: a drive can put anything there. */
const MAX_FILE_BYTES = 8 * 2 ** 20

/** One file of one drive. */
export interface InspectEntry {
  /** Below the volume: `config/iam/users/alice/identity.json/xl.meta`. */
  readonly path: string
  /** `/srv/d1`, with `host:port` in front where the cluster has several nodes. */
  readonly drive: string
  /** Raw, and possibly a secret in plaintext: to be wiped when it has been looked at. */
  readonly bytes: Uint8Array
}

export interface InspectKeyPair {
  /** PKCS#1 DER in base64, as MinIO wants it. */
  readonly publicKey: string
  readonly rsaOaepSha512Decrypt: (sealedKey: Uint8Array) => Uint8Array
}

/**
 * A pair takes 100 to 300 ms to make (off the main thread), so one serves all replies of an audit or a job: MinIO draws a
 * fresh key for each reply and seals that to the pair, and the pair is forgotten with the audit.
 */
export async function newInspectKeyPair(): Promise<InspectKeyPair> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  return {
    publicKey: publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64'),
    rsaOaepSha512Decrypt: (sealedKey) => privateDecrypt({ key: privateKey, padding, oaepHash: 'sha512' }, sealedKey),
  }
}

export interface InspectTarget {
  readonly volume: string
  /**
   * A pattern of Go's filepath.Match: `*`, `?`, `[a-f]`, `[^a-f]`, and `\\` before a character that means itself; no
   * alternatives in braces. Two stars are any number of folders, and a trap: MinIO walks everything below, takes the names
   * it finds for patterns again (so it passes over names that hold `[` or `\\`), and needed more than 10 s for 10,000 users,
   * whose folder it gave in 0.2 s to one star.
   */
  readonly file: string
}

export interface InspectReply {
  /** The matched files of all drives, in no order. */
  readonly entries: readonly InspectEntry[]
  /** The matched folders: MinIO names them, without what is in them. */
  readonly folders: readonly { readonly path: string; readonly drive: string }[]
  /** Drives that answered: MinIO adds the format.json of each to a reply. */
  readonly drives: ReadonlySet<string>
}

/** Which deployment a drive belongs to. MinIO adds it to each reply, so it is an entry only where it alone was asked for. */
export const FORMAT = 'format.json'

/** Where nothing matches, MinIO sends no zip at all. */
const NOTHING: InspectReply = { entries: [], folders: [], drives: new Set() }

/**
 * Reads raw files from every drive; admin:InspectData. MinIO takes no lock: copies of one item may be of two
 * generations. A drive that can't be read is missing without a word.
 *
 * @param keyPair MinIO then seals the reply to it (format 2); without it, only TLS protects what is in it (format 1),
 *   which is all that MinIO before 2022 knows
 * @returns the matched files of all drives, in no order; empty where nothing matches
 */
export const inspect = async (
  minio: Minio,
  credentials: Credentials,
  target: InspectTarget,
  keyPair?: InspectKeyPair,
): Promise<readonly InspectEntry[]> => (await inspectDrives(minio, credentials, target, { keyPair })).entries

interface Options {
  readonly keyPair?: InspectKeyPair | undefined
  readonly maxReplyBytes?: number | undefined
  /** Default 2 min. */
  readonly timeoutMs?: number | undefined
}

/**
 * As {@link inspect}, with the folders that match and the drives that answered.
 *
 * @throws AppError for which {@link isTooLarge} holds when the reply has more than `maxReplyBytes`
 */
export async function inspectDrives(
  minio: Minio,
  credentials: Credentials,
  target: InspectTarget,
  options: Options = {},
): Promise<InspectReply> {
  const bytes = await downloadDrives(minio, credentials, target, options)
  return openDownload(bytes, target.volume, options.keyPair, target.file === FORMAT)
}

/** The first half of {@link inspectDrives}: while one reply is opened, MinIO can gather the next. To be opened, or wiped. */
export async function downloadDrives(
  minio: Minio,
  credentials: Credentials,
  { volume, file }: InspectTarget,
  { keyPair, maxReplyBytes = MAX_REPLY_BYTES, timeoutMs = TIMEOUT_MS }: Options,
): Promise<Uint8Array> {
  const form = new URLSearchParams({ volume, file, ...(keyPair && { 'public-key': keyPair.publicKey }) })
  const { bytes } = await minio.send({
    method: 'POST',
    path: `${ADMIN}/inspect-data`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    credentials,
    action: 'admin:InspectData',
    timeoutMs,
    maxReplyBytes,
  })
  return bytes
}

/**
 * The second half of {@link inspectDrives}.
 *
 * @param bytes are wiped
 */
export async function openDownload(
  bytes: Uint8Array,
  volume: string,
  keyPair: InspectKeyPair | undefined,
  withFormats = false,
): Promise<InspectReply> {
  try {
    const zip = await openZip(bytes, keyPair)
    return zip === undefined ? NOTHING : await readZip(zip, volume, withFormats)
  } catch (cause) {
    throw cause instanceof AppError ? cause : damaged(cause)
  } finally {
    bytes.fill(0)
  }
}

/** The reply was cut off because it is too large: ask for less at once. */
export const isTooLarge = (error: unknown) =>
  error instanceof AppError && error.code === 'upstream-failed' && error.detail.startsWith('MinIO sent more than')

const damaged = (cause: unknown) =>
  new AppError('upstream-failed', 'What MinIO read from the drives came damaged or cut. Try again.', { cause })

/**
 * A reply of some MB takes longer to open than others should wait, so it is opened in steps.
 *
 * @returns a view of `bytes`, which are overwritten; undefined where nothing matched
 */
async function openZip(bytes: Uint8Array, keyPair?: InspectKeyPair): Promise<Uint8Array | undefined> {
  const turn = turns()
  try {
    const steps = openInspectInSteps(bytes, { ...keyPair, openAes256Gcm, overwrite: true })
    for (;;) {
      const { value, done } = steps.next()
      await turn()
      if (done) return value
    }
  } catch (cause) {
    if (cause instanceof InspectError && /No files matched/.test(cause.message)) return undefined
    throw cause
  }
}

/**
 * Entries are named `[host:port]/<drive>/<volume>/<path>`, folders with a slash at the end; MinIO adds files about the
 * server, and each drive's format.json.
 */
async function readZip(zip: Uint8Array, volume: string, withFormats: boolean): Promise<InspectReply> {
  const below = `/${volume}/`
  const turn = turns()
  const drives = new Set<string>()
  const folders: InspectReply['folders'][number][] = []
  const entries: InspectEntry[] = []
  let unpacked = 0
  const within = (size: number, read: () => Uint8Array) => {
    unpacked += size
    if (unpacked <= MAX_REPLY_BYTES) return read()
    throw new AppError(
      'upstream-failed',
      `What MinIO read from the drives unpacks to more than ${MAX_REPLY_BYTES / 2 ** 20} MiB.`,
    )
  }
  for (const { name, size, read } of zipEntries(zip)) {
    const at = name.indexOf(below)
    if (at < 0) continue
    const [drive, path] = [name.slice(0, at), name.slice(at + below.length)]
    drives.add(drive)
    if (path.endsWith('/')) folders.push({ path: path.slice(0, -1), drive })
    else if (withFormats || path !== FORMAT)
      entries.push({ path, drive, bytes: size > MAX_FILE_BYTES ? new Uint8Array(0) : within(size, read) })
    await turn()
  }
  return { entries, folders, drives }
}
