import { constants, generateKeyPair, privateDecrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import { InspectError, openInspect } from '../crypto/inspect.ts'
import { AppError } from '../errors.ts'
import { ADMIN } from './replies.ts'
import type { Credentials, Minio } from './transport.ts'

/** Items of the cluster's own data lie in this volume; in `.kypello.sys` on Kypello. */
export const SYSTEM_VOLUME = '.minio.sys'

/** Linear in items × drives: 2,100 items on 4 drives were 7 MB in 2.5 s. More than the limit is refused. */
const TIMEOUT_MS = 120_000
const MAX_REPLY_BYTES = 256 * 2 ** 20

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

/** A pair for one reply. Takes 100 to 300 ms, off the main thread. */
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
  // A star is one segment, two are any number, and MinIO knows no alternatives. Drives of 2021 keep the content of an
  // item in `<uuid>/part.1` beside its xl.meta, so both have to be asked for.
  readonly file: string
}

/**
 * Reads raw files from every drive; admin:InspectData. MinIO takes no lock: copies of one item may be of two
 * generations. A drive that can't be read is missing without a word.
 *
 * @param keyPair MinIO then seals the reply to it (format 2); without it, only TLS protects what is in it (format 1),
 *   which is all that MinIO before 2022 knows
 * @returns the matched files of all drives, in no order; empty where nothing matches
 */
export async function inspect(
  minio: Minio,
  credentials: Credentials,
  { volume, file }: InspectTarget,
  keyPair?: InspectKeyPair,
): Promise<InspectEntry[]> {
  const form = new URLSearchParams({ volume, file, ...(keyPair && { 'public-key': keyPair.publicKey }) })
  const { bytes } = await minio.send({
    method: 'POST',
    path: `${ADMIN}/inspect-data`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    credentials,
    action: 'admin:InspectData',
    timeoutMs: TIMEOUT_MS,
    maxReplyBytes: MAX_REPLY_BYTES,
  })
  const zip = openZip(bytes, keyPair)
  if (zip === undefined) return []
  try {
    return entriesIn(zip, volume)
  } finally {
    zip.fill(0)
  }
}

function openZip(bytes: Uint8Array, keyPair?: InspectKeyPair): Uint8Array | undefined {
  try {
    return openInspect(bytes, keyPair ?? {})
  } catch (cause) {
    if (cause instanceof InspectError && /No files matched/.test(cause.message)) return undefined
    throw new AppError('upstream-failed', 'What MinIO read from the drives came damaged or cut. Try again.', { cause })
  } finally {
    bytes.fill(0)
  }
}

/** Entries are named `[host:port]/<drive>/<volume>/<path>`; MinIO adds files about the server, and each drive's format.json. */
function entriesIn(zip: Uint8Array, volume: string): InspectEntry[] {
  const below = `/${volume}/`
  const wanted = ({ name }: { name: string }) => name.includes(below) && !name.endsWith(`${below}format.json`)
  return Object.entries(unzipSync(zip, { filter: wanted })).map(([name, bytes]) => {
    const at = name.indexOf(below)
    return { path: name.slice(at + below.length), drive: name.slice(0, at), bytes }
  })
}
