import { takeAudit } from '../cluster/audit.ts'
import { folderSource } from '../cluster/folder-source.ts'
import type { ItemSource } from '../cluster/item-source.ts'
import { type Material, readMaterial } from './audit-material.ts'
import { type AuditReport, exitCodeOf, needsOf } from './audit-needs.ts'
import { auditText } from './audit-text.ts'
import { type Command, readArgs, type Terminal, UsageError } from './command.ts'
import { expandDrives } from './drive-patterns.ts'
import { reportDrives } from './drive-report.ts'
import { openItems, withOpening } from './open-items.ts'
import { printableJson } from './printable.ts'

const HELP = `strongroom audit: says what seals each IAM and config item, from the drives alone

Usage:
  strongroom audit --drives PATTERN [PATTERN …] [--json] [--opened] [--env-file FILE]
                   [--root-credentials FILE] [--key NAME=FILE …] [--volume NAME]

MinIO need not run. Drives are only read; copies or snapshots of them will do. On a cluster of several hosts,
run it where all drives can be reached, or bring copies of .minio.sys together: it says what it did not see.

Options:
  --drives PATTERN         drive folders as MinIO names them, /mnt/drive{1...4}; several, commas, plain folders
  --env-file FILE          the cluster's env file: its root credentials are tried on items that are under some
  --root-credentials FILE  more root credentials to try, one user:password in each line
  --opened                 open each item: with the static key or the KES of --env-file, with --key, and with the
                           root credentials above. What is opened is forgotten at once
  --key NAME=FILE          material of the KMS key NAME for --opened: 64 hex digits, name:base64, base64 or 32
                           raw bytes
  --volume NAME            the system volume, when it is neither .minio.sys nor .kypello.sys
  --json                   one object { audit, items, drives, needs } and nothing else

Exit codes:
  0   every item is sealed by a KMS key
  1   findings: items in plaintext or under root credentials, or with an older copy on some drive
  2   something is unreadable, could not be seen, or with --opened was not opened, for want of its key too; a folder
      was named that is no drive and that the sets of the others do not lack; or there is no item at all
  64  a wrong command line
config/iam/format.json and config/site-replication/state.json in plaintext are no findings: they hold no secret, and
no call can seal them.
`

/** `strongroom audit`: offline, read-only, for a cluster that does not start. */
export const audit: Command = {
  help: HELP,
  failed: 2,
  run: async (args, { out }: Terminal) => {
    const { values, positionals } = readArgs(args, {
      drives: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      opened: { type: 'boolean', default: false },
      'env-file': { type: 'string' },
      'root-credentials': { type: 'string' },
      key: { type: 'string', multiple: true, default: [] },
      volume: { type: 'string' },
    })
    if (values.drives.length === 0) throw new UsageError('Name the drives: --drives /mnt/drive{1...4}.')
    const paths = expandDrives([...values.drives, ...positionals])
    const source = folderSource(paths, values.volume === undefined ? {} : { volume: values.volume })
    const material = await readMaterial(
      { envFile: values['env-file'], rootCredentials: values['root-credentials'], keys: values.key },
      values.opened,
    )
    const report = await reportOn(paths, source, material, values.opened)
    out(values.json ? `${printableJson(report)}\n` : auditText(report))
    return exitCodeOf(report)
  },
}

async function reportOn(
  paths: readonly string[],
  source: ItemSource,
  material: Material,
  all: boolean,
): Promise<AuditReport> {
  const drives = await reportDrives(paths, source.volume)
  const scope = { source, drivesTotal: drives.total, defaultKey: null, ownAccessKeys: new Set<string>() }
  const { audit, items } = await takeAudit({ ...scope, depth: 'names', keys: null })
  const underRoot = audit.counts['root-credentials'] > 0 && material.candidates.length > 0
  if (!all && !underRoot) return { audit, items, drives, needs: needsOf(audit, []) }
  const opening = await openItems(source, material, all)
  const told = all ? withOpening(audit, items, opening) : { audit, items }
  return { ...told, drives, needs: needsOf(audit, underRoot ? opening.tried : []) }
}
