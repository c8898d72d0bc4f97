import { constants, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto'
import { decodeMaterial, MATERIAL_FORMATS, type MaterialFormat } from '../custody/decode.ts'
import { readKeyFile } from '../custody/key-file.ts'
import { SourceError } from '../custody/source-error.ts'
import type { Secret } from '../secret.ts'
import { type Command, CommandError, readArgs, type Terminal, UsageError } from './command.ts'
import { readTextFile } from './secret-files.ts'

export const WRAP_HELP = `strongroom wrap: wraps a key for an import, so that only the console can open it

Usage:
  strongroom wrap --public-key FILE|- [--in FILE] [--format raw|base64|hex|minio]

Prints the wrapped key, base64 on one line, which is safe to copy into the import form. The key itself is read from a
file or from standard input, never from the command line.

Options:
  --public-key FILE   the one-time public key that the import form shows; - reads it from standard input
  --in FILE           the key: a file, itself and no link to one. Standard input without it
  --format FORMAT     raw (32 bytes), base64, hex, or minio (name:base64, as in MINIO_KMS_SECRET_KEY); told from the
                      content without it

Exit codes: 0 wrapped; 1 not; 64 a wrong command line.
`

/** `strongroom wrap`. */
export const wrap: Command = {
  help: WRAP_HELP,
  failed: 1,
  run: async (args, terminal) => {
    const { values, positionals } = readArgs(args, {
      'public-key': { type: 'string' },
      in: { type: 'string' },
      format: { type: 'string' },
    })
    if (positionals.length > 0) {
      throw new UsageError('A key is never given on the command line: put it into a file, or on standard input.')
    }
    const keyFile = values['public-key']
    if (keyFile === undefined) throw new UsageError('Name the public key of the import form with --public-key.')
    const source = values.in === '-' ? undefined : values.in
    if (keyFile === '-' && source === undefined) {
      throw new UsageError('Standard input can’t be both: name the public key or the key to wrap as a file.')
    }
    const format = formatOf(values.format)
    const publicKey = publicKeyIn(
      keyFile === '-' ? await standardInput() : Buffer.from(readTextFile('--public-key', keyFile)),
    )
    using material = await readMaterial(source, format, terminal)
    terminal.out(`${wrapped(publicKey, material)}\n`)
    return 0
  },
}

function formatOf(given: string | undefined): MaterialFormat | null {
  if (given === undefined) return null
  const format = MATERIAL_FORMATS.find((known) => known === given)
  if (format === undefined) throw new UsageError('--format is raw, base64, hex or minio.')
  return format
}

/** What it takes is what the console gives: a private key in its place would be an accident. */
function publicKeyIn(pem: Buffer): KeyObject {
  let key: KeyObject | null = null
  try {
    if (!pem.includes('PRIVATE KEY')) key = createPublicKey(pem)
  } catch {
    // Said below, for every kind of wrong file.
  }
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? 0
  if (key?.asymmetricKeyType === 'rsa' && bits >= 3072) return key
  throw new CommandError(
    'What --public-key names is no RSA public key of 3072 bits: save the one that the import form shows, whole.',
  )
}

/** @returns to be wiped by the caller */
async function readMaterial(
  path: string | undefined,
  format: MaterialFormat | null,
  { err }: Terminal,
): Promise<Secret<Uint8Array>> {
  try {
    if (path === undefined) return decodeMaterial(await standardInput(), null, format)
    const { bytes, shared } = await readKeyFile(path)
    if (shared) err('strongroom: others than its owner may read the file of the key: give it mode 0400.\n')
    return decodeMaterial(bytes, null, format)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    throw new CommandError(`The key can't be wrapped. ${error.message}`, { cause: error })
  }
}

const INPUT_BYTES = 16 * 1024

/** @returns to be wiped by the caller. @throws CommandError for more than a key or a public key can be */
async function standardInput(): Promise<Buffer> {
  const all = Buffer.alloc(INPUT_BYTES)
  let size = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.copy(all, size)
    const whole = size < INPUT_BYTES
    chunk.fill(0)
    if (!whole) throw new CommandError('Standard input holds more than a key: is it the right file?')
  }
  return all.subarray(0, size)
}

const wrapped = (key: KeyObject, material: Secret<Uint8Array>): string =>
  material.expose((bytes) =>
    publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, bytes).toString('base64'),
  )
