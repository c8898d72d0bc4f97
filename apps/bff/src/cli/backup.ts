import { open } from './backup-open.ts'
import { restore } from './backup-restore.ts'
import { type Command, UsageError } from './command.ts'

export const BACKUP_HELP = `strongroom backup: opens and restores sealed IAM backups

Usage:
  strongroom backup open FILE --out DIR (--identity FILE | --passphrase-file FILE)
  strongroom backup restore FILE --endpoint URL (--env-file FILE | --credentials-file FILE)
                    (--identity FILE | --passphrase-file FILE) [--ca FILE] [--yes]

FILE is an age file (iam-….age) that the console wrote. "age --decrypt" opens it too: what is in it is a zip.

open       unpacks it into DIR, which is made with mode 0700 or must be empty. What is in it then is every secret key of
           the cluster's users, in clear: remove DIR when you are done.
restore    imports users, groups, policies, service accounts and mappings into a running cluster, without ever making
           an account usable that was switched off when the backup was taken. Without --yes it only says what it would
           do. The configuration is not restored: "open" prints the line for it.

Options:
  --identity FILE           age identities (AGE-SECRET-KEY-1…), as age-keygen writes them
  --passphrase-file FILE    a file whose first line is the passphrase
  --out DIR                 where "open" unpacks to
  --endpoint URL            MinIO, as in https://minio.example:9000
  --ca FILE                 PEM of the authority that signed MinIO's certificate
  --env-file FILE           the cluster's env file: its root credentials are used
  --credentials-file FILE   a file whose first line is accesskey:secretkey of an account that may import
  --yes                     restore for real

Exit codes: 0 done; 1 not done, or not completely; 64 a wrong command line.
`

/** `strongroom backup open|restore`. */
export const backup: Command = {
  help: BACKUP_HELP,
  failed: 1,
  run: async ([name, ...args], terminal) => {
    if (name === 'open') return open(args, terminal)
    if (name === 'restore') return restore(args, terminal)
    throw new UsageError('Say "backup open" or "backup restore".')
  },
}
