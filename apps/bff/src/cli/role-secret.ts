import { proofOf } from '../custody/secret-proof.ts'
import { type Command, readArgs, UsageError } from './command.ts'
import { readPassphrase } from './secret-files.ts'

export const ROLE_SECRET_HELP = `strongroom role-secret: binds an entry of the role file to one secret key of MinIO

Usage:
  strongroom role-secret --in FILE

Prints what goes into the entry as "secret". From then on it counts only for sessions that were begun with this very
secret key. Whoever may create users on MinIO can give the account another one, and with that the role is not theirs.

Options:
  --in FILE   the secret key, on the first line of a file

Exit codes: 0 printed; 1 not; 64 a wrong command line.
`

/** `strongroom role-secret`. */
export const roleSecret: Command = {
  help: ROLE_SECRET_HELP,
  failed: 1,
  run: async (args, terminal) => {
    const { values, positionals } = readArgs(args, { in: { type: 'string' } })
    if (positionals.length > 0) throw new UsageError('A secret key is never given on the command line.')
    if (values.in === undefined) throw new UsageError('Name the file of the secret key with --in.')
    using secretKey = readPassphrase('--in', values.in)
    terminal.out(`${await proofOf(secretKey)}\n`)
    return 0
  },
}
