import type { Overview } from '@strongroom/shared/overview'
import type { SeenAudit } from './audit-store.ts'
import {
  bytesText,
  clock,
  type DriveSight,
  items,
  type Observed,
  objectFigures,
  plural,
  sealFigures,
} from './observed.ts'

type Verdict = Overview['verdict']
type Told = Omit<Verdict, 'evidence'>

const OLD_AUDIT_DAYS = 7
const DAY_MS = 86_400_000

/** The sentence that tells the state of the cluster: the first rule that holds, from the most dangerous on. */
export function verdict(observed: Observed): Verdict {
  const told = RULES.map((rule) => rule(observed)).find((result) => result !== undefined) ?? sealed(observed)
  return { ...told, evidence: evidence(observed) }
}

type Rule = (observed: Observed) => Told | undefined

const iamNotLoaded: Rule = ({ kms }) =>
  kms.iamLoaded === false
    ? critical('iam-not-loaded', 'MinIO is running but has not loaded its users. Do not change anything.')
    : undefined

const wrongKey: Rule = ({ proof }) =>
  proof?.verdict === 'wrong-material'
    ? critical('wrong-key', `Key ${proof.name} in KES is not the key that sealed this cluster’s data.`)
    : undefined

const lostKey: Rule = ({ kms, canary }) => {
  if (kms.kind !== 'kes' || (canary?.state !== 'replaced' && canary?.state !== 'missing')) return undefined
  const sentence =
    canary.state === 'missing'
      ? `KES has no key ${kms.defaultKey} any more. Do not restart MinIO.`
      : `Key ${kms.defaultKey} in KES has other material than it had. Do not restart MinIO.`
  return critical('wrong-key', sentence)
}

const kesDown: Rule = ({ kms, kesDownSince }) =>
  kms.kind === 'kes' && kesDownSince !== null
    ? critical('kes-down', `KES can’t be reached since ${clock(kesDownSince)}. Do not restart MinIO.`)
    : undefined

const cachedOnly: Rule = ({ kms }) => {
  if (kms.cachedOnly === null) return undefined
  const { since, until } = kms.cachedOnly
  const estimate = until === null ? '' : ` (estimate: until about ${clock(until)})`
  return critical(
    'kes-cached-only',
    `KES answers from memory; its keystore is unreachable since ${clock(since)}${estimate}. Do not restart KES or MinIO.`,
  )
}

/** Stands for an id of its own too: see {@link notOpening}. What one node can't seal lies in plaintext, or opens nowhere else. */
const nodesDiffer: Rule = ({ kms }) =>
  kms.nodesAgree === false
    ? critical(
        'not-verified',
        'Nodes run on different KMS settings: some seal with another key, or write in plaintext. Give all the same, and restart them together.',
      )
    : undefined

const partly: Rule = ({ kms }) => {
  const endpoints = kms.kes?.endpoints ?? []
  const well = endpoints.filter(({ trouble }) => trouble === null).length
  if (endpoints.length < 2 || well === endpoints.length || well === 0) return undefined
  const sentence = `${well} of ${endpoints.length} KES endpoints work; no service is lost yet.`
  return { id: 'kes-partly', severity: 'warning', sentence }
}

/** What is left when nothing is to move any more is no emergency, and still a reason to keep the root password. */
const rootCredentials: Rule = ({ kms, audit }) => {
  const count = audit ? sealFigures(audit, kms.defaultKey).underRoot : 0
  if (audit === null || count === 0) return undefined
  const sentence = `${items(count)} ${count === 1 ? 'is' : 'are'} still encrypted with the root password. Do not change it.`
  const nothingToMove = audit.toMove === 0 && kms.kind !== 'none'
  return { id: 'root-credentials', sentence, severity: nothingToMove ? 'warning' : 'critical' }
}

const regressed: Rule = ({ audit, regression }) => {
  const count = regression?.paths.length ?? 0
  if (audit === null || count === 0) return undefined
  const sentence = `${items(count)} ${count === 1 ? 'was' : 'were'} sealed before and ${count === 1 ? 'lies' : 'lie'} in plaintext again (read ${clock(audit.takenAt)}).`
  return critical('plaintext-iam', sentence)
}

const plaintextIam: Rule = ({ kms, audit }) => {
  if (audit === null || kms.kind === 'none') return undefined
  const { plaintextThatMatters, plaintextTargets, plaintext, total } = sealFigures(audit, kms.defaultKey)
  if (plaintextThatMatters + plaintextTargets === 0) return undefined
  const works = kms.keyWorks === true ? 'The KMS works, but' : 'A KMS is configured, but'
  return critical('plaintext-iam', `${works} ${plaintext} of ${items(total)} lie in plaintext on the drives.`)
}

/** With depth `opened` alone it is known. There is no id of its own for it: it is what an audit could not verify. */
const notOpening: Rule = ({ audit }) => {
  const failed = audit?.opened?.failed ?? 0
  if (audit === null || failed === 0) return undefined
  const sentence = `${items(failed)} ${failed === 1 ? 'does' : 'do'} not open with the key at hand (read ${clock(audit.takenAt)}). Do not restart MinIO.`
  return critical('not-verified', sentence)
}

const unloadable: Rule = ({ audit }) => {
  const [first, ...more] = audit?.unloadable ?? []
  if (first === undefined) return undefined
  const who = more.length === 0 ? `Policy ${first} keeps` : `${more.length + 1} policies keep`
  return critical('not-verified', `${who} MinIO from loading its users at its next start. Do not restart MinIO.`)
}

const noKms: Rule = ({ kms }) =>
  kms.kind === 'none'
    ? critical(
        'no-kms',
        'Nothing on this cluster is encrypted by a KMS: objects and user secrets are in plaintext. (SSE-C not counted.)',
      )
    : undefined

const UNREAD: Record<DriveSight, string> = {
  shown: 'the drives have not been read yet, so nothing is known of IAM and config items',
  refused: 'you may not read the drives, so what seals IAM and config items is not shown to you',
  unasked:
    'MinIO could not be asked whether you may read the drives, so what seals IAM and config items is not shown now',
}

const neverRead: Rule = ({ audit, drives }) => (audit === null ? unverified(UNREAD[drives]) : undefined)

const staticKey: Rule = ({ kms }) => {
  if (kms.kind !== 'static') return undefined
  const nodes = Math.max(1, kms.nodes.length)
  const where = nodes === 1 ? 'one node’s environment file' : `${nodes} nodes’ environment files`
  return { id: 'static-key', severity: 'warning', sentence: `Encrypted with a static key that lies in ${where}.` }
}

const mixedKeys: Rule = ({ kms, audit }) => {
  const others = audit ? sealFigures(audit, kms.defaultKey).otherKeys : []
  if (others.length === 0 || kms.defaultKey === null) return undefined
  const names = others.map(([name]) => name).join(', ')
  const count = others.reduce((sum, [, each]) => sum + each, 0)
  const sentence = `${kms.defaultKey} is the default; ${items(count)} still need ${names}. Keep ${names}.`
  return { id: 'mixed-keys', severity: 'warning', sentence }
}

/** No KMS seals them, so they are no emergency; and nothing is wholly sealed while they are there. */
const batchJobs: Rule = (observed) => {
  const { kms, audit } = observed
  const count = audit ? sealFigures(audit, kms.defaultKey).batchJobs : 0
  if (count === 0) return undefined
  const whose = count === 1 ? 'its' : 'their'
  const sentence = `${iamSealed(observed)}${plural(count, 'batch job')} ${count === 1 ? 'keeps' : 'keep'} ${whose} credentials in plaintext until cancelled.`
  return { id: 'plaintext-iam', severity: 'warning', sentence }
}

const bucketsOpen: Rule = (observed) => {
  const { buckets } = observed
  const open = buckets?.filter(({ effective }) => effective?.mode === 'none').length ?? 0
  if (buckets === null || open === 0) return undefined
  const verb = open === 1 ? 'accepts' : 'accept'
  return {
    id: 'buckets-open',
    severity: 'warning',
    sentence: `${iamSealed(observed)}${open} of ${buckets.length} buckets ${verb} unencrypted objects.`,
  }
}

/** Setting a default touches no object that is there: those tell for themselves, where they were counted. */
const objectsPlain: Rule = ({ buckets }) => {
  const { plain, plainBytes, counted, uncounted } = objectFigures(buckets ?? [])
  if (plain === 0) return undefined
  const rest = uncounted === 0 ? '' : `; ${plural(uncounted, 'bucket')} not counted`
  const sentence = `All buckets encrypt new objects; ${plural(plain, 'version')} of objects (${bytesText(plainBytes)}) in ${plural(counted, 'counted bucket')} ${plain === 1 ? 'was' : 'were'} written before and ${plain === 1 ? 'is' : 'are'} plain${rest}.`
  return { id: 'objects-plain', severity: 'warning', sentence }
}

/** Said where nothing of the audit speaks against it. */
const iamSealed = ({ audit, now }: Observed) =>
  audit !== null && unseenItems(audit, now).length + doubts(audit).length === 0 ? 'IAM is sealed. ' : ''

const unseen: Rule = (observed) => {
  const fails = observed.kms.keyWorks === false ? ['the default key does not work'] : []
  const gaps = [...fails, ...unseenParts(observed), ...doubts(observed.audit)]
  return gaps.length > 0 ? unverified(gaps.join('; ')) : undefined
}

/** All is sealed, and will not stay so by itself. */
const expiring: Rule = ({ kms, identities }) => {
  const endpoints = kms.kes?.endpoints ?? []
  const certificates = [
    ...endpoints.map(({ url, serverCertificate }) => ({ whose: `of KES at ${url}`, certificate: serverCertificate })),
    ...identities.map(({ certificate }) => ({ whose: 'of the console towards KES', certificate })),
  ]
  const due = certificates
    .flatMap(({ whose, certificate }) => (certificate?.severity ? [{ whose, ...certificate }] : []))
    .toSorted((a, b) => a.daysLeft - b.daysLeft)[0]
  if (due === undefined) return undefined
  const when = due.daysLeft < 0 ? 'has expired' : `expires in ${plural(due.daysLeft, 'day')}`
  const severity = due.severity === 'critical' ? 'critical' : 'warning'
  return { id: 'expiring', severity, sentence: `All sealed. The certificate ${due.whose} ${when}.` }
}

const noBackup: Rule = ({ kms, backupProven }) =>
  kms.kind === 'kes' && backupProven === false
    ? { id: 'no-backup', severity: 'warning', sentence: `All sealed. Key ${kms.defaultKey} has no proven backup.` }
    : undefined

/** In the order of danger; the first that holds gives the sentence. */
const RULES: readonly Rule[] = [
  iamNotLoaded,
  wrongKey,
  lostKey,
  kesDown,
  cachedOnly,
  nodesDiffer,
  partly,
  rootCredentials,
  regressed,
  plaintextIam,
  notOpening,
  unloadable,
  noKms,
  neverRead,
  staticKey,
  mixedKeys,
  batchJobs,
  bucketsOpen,
  objectsPlain,
  unseen,
  expiring,
  noBackup,
]

/** What was not looked at, or not completely: a verdict over it would be a guess. */
export function unseenParts({ kms, audit, buckets, now }: Observed): string[] {
  const parts: string[] = []
  if (kms.kind === 'unknown') parts.push('the kind of KMS can’t be told')
  if (kms.kind === 'other') parts.push('MinIO runs on a KMS the console does not know')
  if (kms.iamLoaded === null) parts.push('whether MinIO has loaded its users could not be asked')
  if (kms.keyWorks === null && kms.kind !== 'none') parts.push('the default key’s round trip could not be tried')
  if (kms.nodesAgree === null && kms.kind !== 'none' && kms.nodes.length !== 1)
    parts.push(
      `${kms.nodes.length === 0 ? 'MinIO did not tell of its nodes, so ' : ''}whether all nodes run on the same KMS key can’t be told`,
    )
  if (buckets === null) parts.push('the buckets could not be listed')
  const dim = buckets?.filter(({ effective }) => effective === null).length ?? 0
  if (dim > 0) parts.push(`the encryption of ${dim} buckets can’t be told`)
  const { uncounted, untold } = objectFigures(buckets ?? [])
  if (uncounted > 0)
    parts.push(`what seals the objects of ${uncounted} of ${plural(buckets?.length ?? 0, 'bucket')} was not counted`)
  if (untold > 0) parts.push(`MinIO did not tell what seals ${plural(untold, 'version')} of objects`)
  return audit === null ? parts : [...parts, ...unseenItems(audit, now)]
}

function unseenItems(audit: SeenAudit, now: Date): string[] {
  const parts: string[] = []
  if (audit.counts.unreadable > 0) parts.push(`${items(audit.counts.unreadable)} can’t be read`)
  const { observed, total } = audit.drives
  if (total === null || observed < total)
    parts.push(`${observed} of ${total ?? 'an unknown number of'} drives were read`)
  const days = Math.floor((now.getTime() - Date.parse(audit.takenAt)) / DAY_MS)
  if (days >= OLD_AUDIT_DAYS) parts.push(`the drives were last read ${days} days ago`)
  return parts
}

/** What was looked at and is not as it should be; each has a finding of its own. */
function doubts(audit: SeenAudit | null): string[] {
  if (audit === null) return []
  const { stale, unknownPlaintext } = audit
  return [
    ...(stale > 0 ? [`some drives hold older copies of ${items(stale)}, and what seals those can’t be told`] : []),
    ...(unknownPlaintext > 0
      ? [
          `${plural(unknownPlaintext, 'file')} that the console does not know ${unknownPlaintext === 1 ? 'lies' : 'lie'} in plaintext`,
        ]
      : []),
  ]
}

/** How many are sealed, and of the others why that is well. */
function sealedItems(audit: SeenAudit, defaultKey: string | null): string {
  const { sealed, total, plaintextFormat, plaintextSites } = sealFigures(audit, defaultKey)
  const harmless = [
    ...(plaintextFormat > 0 ? ['format.json holds no secret'] : []),
    ...(plaintextSites > 0 ? ['the state of site replication holds no secret'] : []),
  ]
  const read = [`read ${clock(audit.takenAt)}`, ...harmless].join('; ')
  return `${sealed} of ${total} IAM/config items on all ${audit.drives.observed} drives (${read})`
}

function sealed({ kms, audit, buckets, bucketsAt, proof }: Observed): Told {
  const parts = [
    ...(audit ? [sealedItems(audit, kms.defaultKey)] : []),
    ...(buckets
      ? [`${buckets.length} of ${buckets.length} buckets (${clock(bucketsAt)})${provenBuckets(buckets)}`]
      : []),
    ...(proof?.verdict === 'proven' ? [`key proven on ${proof.opened} samples (${clock(proof.at)})`] : []),
  ]
  return {
    id: 'sealed',
    severity: 'good',
    sentence: `Everything we can see is sealed by KES key ${kms.defaultKey ?? '?'}: ${parts.join(', ')}.`,
  }
}

function provenBuckets(buckets: NonNullable<Observed['buckets']>): string {
  const passed = buckets.filter(({ proof }) => proof?.outcome === 'as-promised').length
  return passed === 0 ? '' : `, ${plural(passed, 'probe')} passed`
}

function evidence({ kms, audit, drives }: Observed): string {
  const count = kms.nodes.length
  const seen = kms.nodes.filter(({ kind }) => kind !== 'unknown').length
  const nodes =
    count === 0
      ? 'the nodes could not be asked'
      : `${seen === count ? '' : `${seen} of `}${plural(count, 'node')} observed at ${clock(kms.checkedAt)}`
  if (audit === null)
    return `${nodes}; the drives ${drives === 'shown' ? 'have not been read yet' : 'are not shown to you'}.`
  const { observed, total } = audit.drives
  return `${audit.total} items read at ${clock(audit.takenAt)} via ${observed} of ${total ?? '?'} drives; ${nodes}.`
}

const critical = (id: Verdict['id'], sentence: string): Told => ({ id, sentence, severity: 'critical' })
const unverified = (why: string): Told => ({ id: 'not-verified', sentence: `Not verified: ${why}.`, severity: 'info' })
