import type { BackupContent } from '../cluster/backup/backup-content.ts'
import type { SwitchedOff } from '../cluster/backup/switched-off.ts'
import { printable } from './printable.ts'

/**
 * What is in a backup: no secret, but all names of accounts that were off. Whoever knows a recipient can seal a file for it,
 * and what it says of itself proves nothing: only its hash, compared with the one that the console showed, does.
 *
 * @param sha256 of the sealed file
 */
export function describeBackup(path: string, sha256: string, { info, iam, config }: BackupContent): string {
  const { cluster, takenAt, takenBy, consoleVersion, switchedOff } = info
  const sizes = [...Object.entries(iam), ['config.txt', config] as const]
  return [
    `${path}`,
    `  sha256   ${sha256}`,
    `  taken    ${takenAt} by ${takenBy}, strongroom ${consoleVersion}`,
    `  cluster  ${cluster.endpoint}, deployment ${cluster.deploymentId ?? 'not known'}, MinIO ${cluster.version ?? 'not known'}`,
    `  holds    ${sizes.map(([name, bytes]) => `${name} (${bytes.length} bytes)`).join(', ')}`,
    `  off      ${offInWords(switchedOff)}`,
    '',
  ]
    .map(printable)
    .join('\n')
}

/** To be made printable by who prints it. */
export function offInWords({ serviceAccounts, groups, users }: SwitchedOff): string {
  const keys = serviceAccounts.map(({ accessKey, sessionPolicy }) =>
    sessionPolicy ? `${accessKey} (with a session policy)` : accessKey,
  )
  return [
    ['service accounts', keys],
    ['groups', groups],
    ['users', users],
  ]
    .map(([kind, names]) => `${kind}: ${names?.length ? (names as string[]).join(', ') : 'none'}`)
    .join('; ')
}

/**
 * How to restore with MinIO's own client, in lines to paste.
 *
 * @param policies session policies of accounts that were off, as files: switching an account off takes its policy away,
 *   and only the line after it gives it back
 */
export function mcLines(
  { serviceAccounts, groups, users }: SwitchedOff,
  folder: string,
  policies: ReadonlyMap<string, string>,
): string {
  const off = [
    ...serviceAccounts.flatMap(({ accessKey }) => {
      const policy = policies.get(accessKey)
      const lines = [`mc admin user svcacct disable ALIAS ${quoted(accessKey)}`]
      if (policy) lines.push(`mc admin user svcacct edit ALIAS ${quoted(accessKey)} --policy ${quoted(policy)}`)
      return lines
    }),
    ...groups.map((group) => `mc admin group disable ALIAS ${quoted(group)}`),
  ]
  return `
To restore, prefer "strongroom backup restore": no account that was off is usable on its way.
With MinIO's client instead, ALIAS being the cluster:

  mc admin cluster iam import ALIAS ${quoted(`${folder}/iam.zip`)}
${off.map((line) => `  ${line}\n`).join('')}  mc admin config import ALIAS < ${quoted(`${folder}/config.txt`)}

${warning(off.length, users)}`
}

const warning = (lines: number, users: readonly string[]) =>
  [
    'Mind before you do:',
    '- The import sets users, policies, groups, service accounts and mappings back to the day of the backup: secrets changed',
    '  since are the old ones again, and what was switched off since is on again. What came since stays.',
    lines > 0
      ? '- It switches every service account on, and every group it makes. The lines above switch off again what was off; until\n  they have run, those accounts work. Run each "disable" together with the "edit" that follows it.'
      : '- It switches every service account on, and every group it makes. None was off when the backup was taken.',
    users.length > 0 ? printable(`- Users that were off stay off: ${users.join(', ')}.`) : '- No user was off.',
    '- Temporary credentials, bucket settings, remote secrets and objects are not in it.',
    '',
  ].join('\n')

/** For a POSIX shell; what a terminal would act on or hide goes into `$'…'`, byte by byte in octal. */
export function quoted(text: string): string {
  if (/^[\w./:@%+=-]+$/.test(text)) return text
  if (printable(text) === text) return `'${text.replaceAll("'", `'\\''`)}'`
  const bytes = [...Buffer.from(text)].map((byte) =>
    byte < 0x20 || byte > 0x7e || byte === 0x27 || byte === 0x5c
      ? `\\${byte.toString(8).padStart(3, '0')}`
      : String.fromCharCode(byte),
  )
  return `$'${bytes.join('')}'`
}
