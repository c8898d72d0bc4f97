import { createHash } from 'node:crypto'
import { openBackup } from '../cluster/backup/open-backup.ts'
import { NotOpened } from '../custody/age-open.ts'
import { CommandError, UsageError } from './command.ts'
import { readSealed } from './sealed-file.ts'
import { readIdentities, readPassphrase } from './secret-files.ts'

interface Given {
  readonly identity?: string | undefined
  readonly 'passphrase-file'?: string | undefined
}

/** Opens the one backup file that a command line names. `sha256`: of the file, hex. @throws UsageError, CommandError */
export async function openGiven(positionals: readonly string[], given: Given) {
  const [path, ...more] = positionals
  if (path === undefined || more.length > 0) throw new UsageError('Name one backup file.')
  const opener = openerOf(given)
  const sealed = readSealed(path)
  try {
    const sha256 = createHash('sha256').update(sealed).digest('hex')
    return { path, sha256, content: await openBackup(sealed, opener) }
  } catch (error) {
    if (error instanceof NotOpened) throw new CommandError(`${path}: ${error.message}`, { cause: error })
    throw error
  }
}

function openerOf({ identity, 'passphrase-file': passphraseFile }: Given) {
  if ((identity === undefined) === (passphraseFile === undefined)) {
    throw new UsageError('Give --identity or --passphrase-file, one of the two.')
  }
  return identity !== undefined
    ? ({ kind: 'identities', identities: readIdentities('--identity', identity) } as const)
    : ({ kind: 'passphrase', passphrase: readPassphrase('--passphrase-file', passphraseFile!) } as const)
}
