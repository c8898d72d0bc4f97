import type { Finding, Severity } from '@strongroom/shared/overview'
import { kmsFindings } from './kms-findings.ts'
import { bucketCount, bytesText, clock, items, type Observed, objectFigures, plural, sealFigures } from './observed.ts'
import { type ReleaseHistory, releaseHistory } from './release-history.ts'
import { unseenParts } from './verdict.ts'

type Source = (observed: Observed) => Finding | undefined

const RANK: Record<Severity, number> = { critical: 0, warning: 1, info: 2 }

/** They hurt on another day: what is open today comes before them, as it does in the verdict. */
const LATER = /^(no-backup|certificate-)/

const isLater = ({ id }: Finding) => Number(LATER.test(id))

/** Everything that is wrong or not known, worst first, each with its cure. */
export const findings = (observed: Observed): Finding[] =>
  [
    iamNotLoaded(observed),
    ...kmsFindings(observed),
    ...observed.batchFindings,
    ...SOURCES.map((source) => source(observed)),
  ]
    .filter((finding) => finding !== undefined)
    .sort((one, other) => RANK[one.severity] - RANK[other.severity] || isLater(one) - isLater(other))

const iamNotLoaded: Source = ({ kms }) => {
  if (kms.iamLoaded !== false) return undefined
  const detail =
    kms.kind === 'unknown'
      ? 'Which KMS it runs on can’t be asked with this session: sign in again as root.'
      : kms.kind === 'none'
        ? 'No KMS is configured: items that a KMS key sealed can’t be read. A variable is missing, or the root credentials changed.'
        : `MinIO runs on ${kms.defaultKey ?? 'a key'}. Items lie under another key, under other root credentials, or the key has been replaced by one of the same name.`
  return {
    id: 'iam-not-loaded',
    severity: 'critical',
    title: 'Users, groups and policies are not loaded (ready still says 200)',
    detail: `${detail} Restore what sealed them and restart MinIO. Read the drives to see what each item needs. Writes from this console are blocked until then.`,
    action: { label: 'See what seals the items', href: '/iam' },
  }
}

const underRoot: Source = ({ kms, audit }) => {
  const count = audit ? sealFigures(audit, kms.defaultKey).underRoot : 0
  if (audit === null || count === 0) return undefined
  const movable = audit.toMove > 0
  return {
    id: 'root-credentials',
    severity: movable ? 'critical' : 'warning',
    title: movable
      ? 'Changing the root password now would lock out every user'
      : `${items(count)} that no call can rewrite are still under the root password`,
    detail: movable
      ? `${items(count)} can be opened with today’s root password alone. ${kms.kind === 'none' ? 'Give MinIO a KMS first, then migrate them.' : 'Migrate them to the KMS key; until then leave the root password as it is.'}`
      : 'Everything that can be rewritten is under the KMS key. The rest says in its row what it is and how it goes away; keep the root password until then.',
    action: { label: movable ? 'Migrate IAM' : 'See the items', href: '/iam?seal=root-credentials' },
  }
}

const PATHS_TOLD = 5

const regressed: Source = ({ audit, regression }) => {
  if (audit === null || regression === null) return undefined
  const { paths, from, to } = regression
  const [first, ...more] = paths
  if (first === undefined) return undefined
  const told = paths.slice(0, PATHS_TOLD).join(', ') + (paths.length > PATHS_TOLD ? ' …' : '')
  return {
    id: 'regressed',
    severity: 'critical',
    title: more.length === 0 ? `${first} became plaintext again` : `${items(paths.length)} became plaintext again`,
    detail: `Sealed at an audit before, in plaintext at ${clock(audit.takenAt)} on ${audit.takenAt.slice(0, 10)}: ${told}. Something wrote them without a KMS: a node that runs without one, a restored backup, an old drive. See that every node runs on the KMS, migrate the items, then change the secrets that they held.`,
    action: { label: 'Compare the two audits', href: `/iam/compare?from=${from}&to=${to}&change=regressed` },
  }
}

const plaintextIam: Source = ({ kms, audit }) => {
  if (audit === null) return undefined
  const { plaintextThatMatters, total } = sealFigures(audit, kms.defaultKey)
  if (plaintextThatMatters === 0) return undefined
  return {
    id: 'plaintext-iam',
    severity: 'critical',
    title: 'User secrets are readable on the drives',
    detail: `${plaintextThatMatters} of ${items(total)} lie in plaintext. Migrate them, then rotate the secrets they held: old copies may exist on retired drives, snapshots and backups. A release of 2021-05-11 to 2023-04-20 that was once started without a KMS leaves them so.`,
    action: { label: kms.kind === 'none' ? 'See the items' : 'Migrate IAM', href: '/iam?seal=plaintext' },
  }
}

const plaintextTargets: Source = ({ kms, audit }) => {
  const count = audit ? sealFigures(audit, kms.defaultKey).plaintextTargets : 0
  if (count === 0) return undefined
  const cure =
    kms.kind === 'none'
      ? 'Give MinIO a KMS: it seals them by itself at its first start with one.'
      : 'MinIO seals them by itself at its next start with a KMS; entering the secret of a target again does so at once.'
  return {
    id: 'plaintext-targets',
    severity: 'critical',
    title: `Replication credentials of ${bucketCount(count)} are readable on the drives`,
    detail: `${cure} Then change the credentials at the target: old copies may exist on retired drives, snapshots and backups.`,
    action: { label: 'See the targets', href: '/iam?kind=bucket-targets&seal=plaintext' },
  }
}

const batchJobs: Source = ({ kms, audit }) => {
  const count = audit ? sealFigures(audit, kms.defaultKey).batchJobs : 0
  if (count === 0) return undefined
  return {
    id: 'batch-jobs',
    severity: 'warning',
    title: `${plural(count, 'batch job')} ${count === 1 ? 'keeps its' : 'keep their'} credentials in plaintext`,
    detail:
      'MinIO seals no job file, with a KMS or without, and ended jobs leave theirs. Cancel the jobs that have done their work, which removes the file, and change the credentials that they held; give new jobs short-lived ones.',
    action: { label: 'See the jobs', href: '/iam?kind=batch-job' },
  }
}

const notOpening: Source = ({ audit }) => {
  const failed = audit?.opened?.failed ?? 0
  if (audit === null || failed === 0) return undefined
  return {
    id: 'not-opening',
    severity: 'critical',
    title: `${items(failed)} ${failed === 1 ? 'does' : 'do'} not open with the key at hand: MinIO may not come up with ${failed === 1 ? 'it' : 'them'} again`,
    detail: `Read at ${clock(audit.takenAt)}. A key of the same name has other material, the root credentials are others, or the items were altered or copied from another path. Do not restart MinIO, delete no key and change no password; restore what sealed them, or the items from a backup.`,
    action: { label: 'See the items', href: '/iam?opened=failed' },
  }
}

const unloadablePolicy: Source = ({ audit }) => {
  const [first, ...more] = audit?.unloadable ?? []
  if (audit === null || first === undefined) return undefined
  const many = more.length > 0
  const told = [first, ...more].slice(0, PATHS_TOLD).join(', ') + (more.length >= PATHS_TOLD ? ' …' : '')
  return {
    id: 'unloadable-policy',
    severity: 'critical',
    title: `${many ? `${more.length + 1} policies` : `Policy ${first}`} would keep MinIO from loading its users at the next start`,
    detail: `${many ? `${told}: a` : 'A'} statement names no actions, as one with NotAction does: MinIO takes such a policy, and can’t read back what it wrote; then no user, group or policy is loaded. Do not restart MinIO. Write the policy anew with Action in its place (mc admin policy create ALIAS NAME FILE), then read the drives again.`,
    action: {
      label: 'See the policy',
      href: `/iam?kind=policy&item=${encodeURIComponent(`config/iam/policies/${first}/policy.json`)}`,
    },
  }
}

const olderCopies: Source = ({ audit }) => {
  if (audit === null || audit.stale === 0) return undefined
  return {
    id: 'older-copies',
    severity: 'warning',
    title: `Some drives hold older copies of ${items(audit.stale)}`,
    detail:
      'They were away while the items were saved anew, and MinIO has not healed them yet. What sealed an item then may still lie there, plaintext too, for whoever gets hold of the drive. Heal them (“mc admin heal”), then read the drives again.',
    action: { label: 'See the items', href: '/iam' },
  }
}

const unknownFiles: Source = ({ audit }) => {
  if (audit === null || audit.unknownPlaintext === 0) return undefined
  const count = audit.unknownPlaintext
  return {
    id: 'unknown-plaintext',
    severity: 'warning',
    title: `${plural(count, 'file')} that the console does not know ${count === 1 ? 'lies' : 'lie'} in plaintext`,
    detail:
      'They lie among the settings of MinIO, and whether they hold a secret can’t be told. Something else may have put them there, or a release that the console does not know. Look what they are.',
    action: { label: 'See the files', href: '/iam?kind=other&seal=plaintext' },
  }
}

const noKms: Source = ({ kms, ignoredKeyFile }) => {
  if (kms.kind !== 'none') return undefined
  return ignoredKeyFile
    ? {
        id: 'no-kms',
        severity: 'critical',
        title: 'KMS key file is configured but ignored',
        detail:
          'MINIO_KMS_SECRET_KEY_FILE names a relative or missing path. MinIO starts without a KMS then, without a word, and writes plaintext. Give the absolute path, and restart all nodes together.',
        action: { label: 'See the KMS', href: '/kms' },
      }
    : {
        id: 'no-kms',
        severity: 'critical',
        title: 'No KMS configured',
        detail:
          'Objects are stored as they come, and so are user secrets. Give MinIO a KES (or a static key to begin with) and restart all nodes together.',
        action: { label: 'See the KMS', href: '/kms' },
      }
}

const staticKey: Source = ({ kms }) =>
  kms.kind === 'static'
    ? {
        id: 'static-key',
        severity: 'warning',
        title: 'Whoever reads an environment file can decrypt everything',
        detail: `The key ${kms.defaultKey ?? ''} lies in the environment of every node. Move it to KES: imported and proven first, then switched over.`,
        action: { label: 'Move to KES', href: '/guides/move-to-kes' },
      }
    : undefined

const mixedKeys: Source = ({ kms, audit }) => {
  const others = audit ? sealFigures(audit, kms.defaultKey).otherKeys : []
  if (others.length === 0 || kms.kind === 'none') return undefined
  return {
    id: 'mixed-keys',
    severity: 'warning',
    title: `Old ${others.length === 1 ? 'key' : 'keys'} ${others.map(([name]) => name).join(', ')} still needed`,
    detail: `${others.map(([name, count]) => `${name} seals ${items(count)}`).join('; ')}. SSE-S3 objects are unknown until scanned. Keep the old key.`,
    action: { label: 'Re-seal the items', href: '/iam' },
  }
}

const openBuckets: Source = ({ buckets, kms }) => {
  const open = buckets?.filter(({ effective }) => effective?.mode === 'none').length ?? 0
  if (open === 0) return undefined
  return {
    id: 'buckets-open',
    severity: 'warning',
    title: `${bucketCount(open)} ${open === 1 ? 'has' : 'have'} no default encryption (and auto-encryption is off)`,
    detail:
      kms.kind === 'none'
        ? 'Without a KMS no bucket can encrypt. Configure one first.'
        : 'Objects written there without an encryption header are stored in plaintext. Setting a default does not touch existing objects.',
    action: { label: 'Set bucket encryption', href: '/buckets?seal=none' },
  }
}

const plainObjects: Source = ({ buckets, kms }) => {
  const { plain, plainBytes, counted } = objectFigures(buckets ?? [])
  if (plain === 0) return undefined
  return {
    id: 'objects-plain',
    severity: 'warning',
    title: `Existing objects are not encrypted: ${plural(plain, 'version')}, ${bytesText(plainBytes)}`,
    detail: `Found in ${plural(counted, 'counted bucket')}, older versions included. They were written before the bucket encrypted, and stay as they are. ${kms.kind === 'none' ? 'Give MinIO a KMS first.' : 'Each bucket says what encrypting them would mean there.'}`,
    action: { label: 'See the buckets', href: '/buckets?show=plain-objects' },
  }
}

const drifted: Source = ({ buckets }) => {
  const names = (buckets ?? []).filter(({ house }) => house?.drifted === true).map(({ name }) => name)
  if (names.length === 0) return undefined
  const told = names.slice(0, PATHS_TOLD).join(', ') + (names.length > PATHS_TOLD ? ' …' : '')
  return {
    id: 'house-drift',
    severity: 'warning',
    title: `${bucketCount(names.length)} ${names.length === 1 ? 'does' : 'do'} not encrypt as the rules of the house say`,
    detail: `${told}. Somebody changed the default encryption, or the bucket is new. Bringing it back touches no object that is there.`,
    action: { label: 'See the buckets', href: '/buckets?show=drifted' },
  }
}

/** A probe of a bucket that promises no encryption is plain as it should be: `buckets-open` tells of that one. */
const failingProofs: Source = ({ buckets }) => {
  const differ = (buckets ?? []).filter(({ proof }) => proof?.outcome === 'not-as-promised')
  const older = (buckets ?? []).filter(
    ({ proof, effective }) => proof?.outcome === 'plain' && effective !== null && effective.mode !== 'none',
  )
  const count = differ.length + older.length
  if (count === 0) return undefined
  return {
    id: 'failing-proof',
    severity: differ.length > 0 ? 'critical' : 'warning',
    title: `The last write-probe of ${bucketCount(count)} was not sealed as the configuration says`,
    detail:
      differ.length > 0
        ? 'An object written without headers was stored otherwise than MinIO promised at that time. A node may run with other KMS settings. Probe again; if it stays so, compare the nodes.'
        : 'It was written in plaintext. The configuration may have been changed since: probe again; if it stays so, compare the nodes.',
    action: { label: 'See the buckets', href: '/buckets?show=failing-proof' },
  }
}

const legacyVariables: Source = ({ legacyVariables: names, kms }) =>
  names.length > 0
    ? {
        id: 'legacy-variables',
        severity: kms.kind === 'none' ? 'critical' : 'warning',
        title: `The env file has variables that today’s server ignores: ${names.join(', ')}`,
        detail:
          'They are read by no current release, and nothing is logged about it. Replace them by MINIO_KMS_SECRET_KEY or MINIO_KMS_KES_*, and MINIO_ROOT_USER / MINIO_ROOT_PASSWORD.',
        action: { label: 'See the KMS', href: '/kms' },
      }
    : undefined

const defaultPassword: Source = ({ defaultRootPassword }) =>
  defaultRootPassword
    ? {
        id: 'default-root-password',
        severity: 'critical',
        title: 'Root password is minioadmin',
        detail: 'Everybody knows it. Change it once no item is sealed by it any more: read the drives first.',
        action: { label: 'See what it seals', href: '/iam?seal=root-credentials' },
      }
    : undefined

/** Of nodes of several releases the one that does most at its next start. */
function historyOf({ kms }: Observed): ReleaseHistory | null {
  const known = kms.nodes.map(({ version }) => version && releaseHistory(version)).filter((history) => !!history)
  return known.find(({ behaviour }) => behaviour === 'migrates-once') ?? known[0] ?? null
}

/** The one-time migration of 2021 writes plaintext where no KMS is configured, so it is told before the start that does it. */
const release: Source = (observed) => {
  const { kms, audit } = observed
  const history = historyOf(observed)
  if (history?.behaviour === 'seals-under-root')
    return {
      id: 'release',
      severity: 'warning',
      title: 'This release of MinIO seals users and settings under the root password',
      detail: history.explanation,
      action: { label: 'See the nodes', href: '/kms' },
    }
  if (history?.behaviour !== 'migrates-once' || audit?.legacyMarker === false) return undefined
  const trap = kms.kind === 'none'
  return {
    id: 'release',
    severity: trap ? 'critical' : 'warning',
    title: trap
      ? 'The next start of this MinIO may write all user secrets in plaintext'
      : 'The next start of this MinIO may rewrite all IAM and config items',
    detail: `${history.explanation}${audit === null ? ' Read the drives to see whether the marker is there.' : ''}`,
    action: { label: audit === null ? 'Read the drives' : 'See the audit', href: '/iam' },
  }
}

const legacyMarker: Source = (observed) =>
  observed.audit?.legacyMarker && historyOf(observed)?.behaviour !== 'migrates-once'
    ? {
        id: 'legacy-marker',
        severity: 'info',
        title: 'The one-time migration of 2021 never ran here',
        detail: `The marker backend-encrypted is still there. Releases of 2021-05-11 to 2023-04-20 migrate at their start while it is, in plaintext where they find no KMS; later ones leave it and migrate nothing by themselves. Never start one of those on these drives without a KMS.`,
        action: { label: 'See the audit', href: '/iam' },
      }
    : undefined

const sentenceOf = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

const notObserved: Source = (observed) => {
  const parts = unseenParts(observed)
  if (observed.audit === null) parts.unshift('what seals the IAM and config items')
  if (parts.length === 0) return undefined
  return {
    id: 'not-observed',
    severity: 'info',
    title: 'What we could not see',
    detail:
      sentenceOf(parts.join('; ')) + (observed.kms.unknown.length > 0 ? ' The KMS page says what was refused.' : ''),
    action:
      observed.drives === 'refused'
        ? { label: 'Sign in with admin:* (MinIO grants admin:InspectData in no other way)', href: null }
        : { label: observed.audit === null ? 'Read the drives' : 'See the items', href: '/iam' },
  }
}

const SOURCES: readonly Source[] = [
  underRoot,
  regressed,
  plaintextIam,
  plaintextTargets,
  notOpening,
  unloadablePolicy,
  noKms,
  defaultPassword,
  staticKey,
  mixedKeys,
  openBuckets,
  plainObjects,
  drifted,
  failingProofs,
  legacyVariables,
  batchJobs,
  olderCopies,
  unknownFiles,
  release,
  legacyMarker,
  notObserved,
]
