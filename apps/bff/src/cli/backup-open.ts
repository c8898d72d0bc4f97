import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type BackupContent, packIam, wipeContent } from '../cluster/backup/backup-content.ts'
import { ExportedServiceAccounts, readMembers, SERVICE_ACCOUNTS_FILE } from '../cluster/backup/switched-off.ts'
import { openGiven } from './backup-file.ts'
import { describeBackup, mcLines } from './backup-text.ts'
import { CommandError, readArgs, type Terminal, UsageError } from './command.ts'
import { printable } from './printable.ts'

/** `strongroom backup open FILE --out DIR …` */
export async function open(args: readonly string[], { out }: Terminal): Promise<number> {
  const { values, positionals } = readArgs(args, {
    out: { type: 'string' },
    identity: { type: 'string' },
    'passphrase-file': { type: 'string' },
  })
  if (values.out === undefined) throw new UsageError('Say with --out where to unpack to.')
  const folder = resolve(values.out)
  requireEmpty(folder)
  const { path, sha256, content } = await openGiven(positionals, values)
  try {
    const policies = unpack(content, folder)
    out(describeBackup(path, sha256, content))
    out(
      `\nUnpacked into ${printable(folder)}: every secret key of the cluster's users lies there in clear. Remove it when done.\n`,
    )
    out(mcLines(content.info.switchedOff, folder, policies))
  } finally {
    wipeContent(content)
  }
  return 0
}

/** The folder itself is made once the file has been opened. */
function requireEmpty(folder: string) {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    if (code === 'ENOENT') return
    throw new CommandError(`--out ${folder} can't be used (${code}): name a folder that you may make.`, { cause })
  }
  if (names.length === 0) return
  throw new CommandError(`--out ${folder} is not empty: name one that is, or one that is not there yet.`)
}

/** @returns where the session policy of each service account lies that was off and had one, by access key */
function unpack(content: BackupContent, folder: string): ReadonlyMap<string, string> {
  const { info, iam, config } = content
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const zip = packIam(iam)
  const write = (name: string, bytes: Uint8Array | string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, name), bytes, { mode: 0o600, flag: 'wx' })
    return join(folder, name)
  }
  for (const [name, bytes] of Object.entries(iam)) if (SAFE.test(name)) write(name, bytes)
  write('config.txt', config)
  write('backup.json', `${JSON.stringify(info, null, 2)}\n`)
  write('iam.zip', zip)
  zip.fill(0)
  const accounts = readMembers(ExportedServiceAccounts, iam[SERVICE_ACCOUNTS_FILE])
  const restricted = info.switchedOff.serviceAccounts.filter(({ sessionPolicy }) => sessionPolicy)
  return new Map(
    restricted.map(({ accessKey }, index) => [
      accessKey,
      write(`session-policies/${index + 1}.json`, JSON.stringify(accounts[accessKey]?.sessionPolicy)),
    ]),
  )
}

/** A name that leads nowhere else: whoever knows a recipient can seal any zip for it. */
const SAFE = /^iam-assets\/[\w-]+\.json$/
