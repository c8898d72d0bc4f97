import { writeFileSync } from 'node:fs'
import { base64Bytes } from '../crypto/base64-bytes.ts'
import { concat, fromText } from '../crypto/bytes.ts'
import { NotOpened } from '../custody/age-open.ts'
import { type EscrowLabel, openEscrow } from '../custody/escrow.ts'
import type { Secret } from '../secret.ts'
import { type Command, CommandError, readArgs, type Terminal, UsageError } from './command.ts'
import { printable } from './printable.ts'
import { readSealed } from './sealed-file.ts'
import { readIdentities } from './secret-files.ts'

export const ESCROW_HELP = `strongroom escrow: opens the sealed copy of a key that the console made

Usage:
  strongroom escrow open FILE --identity FILE [--out FILE|-]

FILE is an age file (NAME-TIME.age, from the folder "keys" of the console's backup folder, or as the console showed it).
"age --decrypt" opens it too: its second line is name:base64, as in MINIO_KMS_SECRET_KEY.

open       says which key it is and how to import it. With --out it writes name:base64 into a new file with mode 0600, or
           with --out - to standard output. Do this on a host that is offline, and remove the file when you are done.

Options:
  --identity FILE   age identities (AGE-SECRET-KEY-1…), as age-keygen writes them
  --out FILE        where the key is written to

Exit codes: 0 opened; 1 not opened; 64 a wrong command line.
`

/** `strongroom escrow open`. */
export const escrow: Command = {
  help: ESCROW_HELP,
  failed: 1,
  run: async ([name, ...args], terminal) => {
    if (name !== 'open') throw new UsageError('Say "escrow open".')
    return open(args, terminal)
  },
}

async function open(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArgs(args, { identity: { type: 'string' }, out: { type: 'string' } })
  const [path, ...more] = positionals
  if (path === undefined || more.length > 0) throw new UsageError('Name one sealed copy.')
  if (values.identity === undefined) throw new UsageError('Give the identity that opens it with --identity.')
  const identities = readIdentities('--identity', values.identity)
  const { label, material } = await openEscrow(readSealed(path), { kind: 'identities', identities }).catch(
    (error: unknown) => {
      throw error instanceof NotOpened ? new CommandError(`${path}: ${error.message}`, { cause: error }) : error
    },
  )
  using key = material
  if (values.out !== undefined) deliver(values.out, label, key, terminal)
  // What goes to standard output is the key alone, for a pipe.
  const say = values.out === '-' ? terminal.err : terminal.out
  say(describe(label, values.out))
  return 0
}

function deliver(to: string, { keyName }: EscrowLabel, key: Secret<Uint8Array>, { out }: Terminal) {
  key.expose((bytes) => {
    const encoded = base64Bytes(bytes)
    const line = concat(fromText(`${keyName}:`), encoded, fromText('\n'))
    try {
      if (to === '-') out(Buffer.from(line).toString('latin1'))
      else writeFileSync(to, line, { mode: 0o600, flag: 'wx' })
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
      const why = code === 'EEXIST' ? 'is there already: name a file that is not' : `can't be written (${code})`
      throw new CommandError(`--out ${to} ${why}.`, { cause })
    } finally {
      encoded.fill(0)
      line.fill(0)
    }
  })
}

function describe({ keyName, cipher, cluster, madeAt, fingerprint }: EscrowLabel, to: string | undefined): string {
  const file = to === undefined || to === '-' ? 'KEYFILE' : printable(to)
  const where =
    to === undefined
      ? `To import it, write it into a file first: the same command with --out KEYFILE (mode 0600).`
      : to === '-'
        ? ''
        : `${file} holds the key in clear: remove it when done.`
  return `Key ${keyName} (${cipher}), made ${madeAt} for ${printable(cluster)}
Fingerprint ${fingerprint}

${where}
Import it under the same name, ${keyName}, in one of these ways:
  - wrapped: "Import" in the console shows a public key; save it as wrapping.pem, then
      strongroom wrap --public-key wrapping.pem --in ${file}
    and paste what it prints.
  - from the console's host: copy the file there with mode 0400 and start the console with
      STRONGROOM_KEY_SOURCES=${keyName}=file:/path/to/the/file
`
}
