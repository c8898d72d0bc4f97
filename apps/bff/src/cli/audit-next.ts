import type { AuditReport, Needs } from './audit-needs.ts'
import { isFinding, isUnopened, isUnreadable, staleCopies } from './audit-needs.ts'

/** What is to be done about an audit, in the order in which it is done. */
export const nextSteps = (report: AuditReport): string[] =>
  [missingDrives, unplaced, unreadable, unopened, fileSystem, keys, rootCredentials, marker, plaintext, stale].flatMap(
    (step) => step(report),
  )

type Step = (report: AuditReport) => string[]

const missingDrives: Step = ({ drives: { folders, total } }) => {
  const found = folders.filter(({ trouble }) => trouble === null).length
  if (total === null || found >= total) return []
  return [
    `Name the other ${total - found === 1 ? 'drive' : `${total - found} drives`} too, if you can: it may hold newer copies, and of a set without a drive here nothing is seen.`,
  ]
}

const unplaced: Step = ({ drives }) =>
  drives.unplaced > 0
    ? ['Mount the drives that were named and not found, or leave their folders out if no pool of the cluster has them.']
    : []

const unreadable: Step = ({ items }) =>
  items.some(isUnreadable)
    ? [
        'Bring back more drives or a backup for what is unreadable before MinIO starts: it skips or stops at such items.',
      ]
    : []

const unopened: Step = ({ items }) =>
  items.some(isUnopened)
    ? [
        'Give what opens the rest: the env file with its static key or KES, --key for each other key, --root-credentials for older pairs.',
      ]
    : []

/** Facts of the releases: servers of 2021 and 2022 open the layout, and today's ends with "drive not found". */
const fileSystem: Step = ({ drives: { layout }, audit }) => {
  if (layout !== 'fs') return []
  const rewrites = audit.legacyMarker
    ? ' At its first start it takes all items out of the root credentials: under the KMS key where one is configured, and into plaintext where none is, so configure one.'
    : ''
  return [
    `Today’s MinIO ends on this drive with "Unable to use the drive …: drive not found". Work on a copy. Start RELEASE.2022-10-24T18-35-07Z on it with the root credentials that open the items.${rewrites}`,
    'Then copy buckets (mc mirror) and IAM (mc admin cluster iam export, then import) to a new drive of today’s MinIO: there is no way to convert the drive in place.',
  ]
}

const keys: Step = ({ needs }) => {
  if (needs.keys.length === 0) return []
  const names = needs.keys.map(({ name }) => name).join(', ')
  return [
    `Start MinIO with a KMS that has ${needs.keys.length === 1 ? `the key ${names}, with the material it had` : `all of these keys, each with the material it had: ${names}`}. Loading of IAM stops at the first item that does not open.`,
  ]
}

const rootCredentials: Step = ({ needs }) => {
  if (needs.rootCredentials === null) return []
  const { tried, unopened } = needs.rootCredentials
  const best = tried.filter(({ opens }) => opens > 0)
  const steps: string[] = []
  if (best.length === 1)
    steps.push(
      `Start MinIO with the root credentials of ${best[0]!.source}, and leave them as they are until the items are migrated.`,
    )
  if (best.length > 1)
    steps.push(
      'More than one pair of root credentials is needed, and MinIO takes only one: what the others open stays closed to it. Restore those items from a copy that is older than the last change of the root password.',
    )
  if (unopened > 0) steps.push(missingCredentials(needs))
  steps.push('Once it runs with a KMS, migrate IAM in the console: only then may the root password change.')
  return steps
}

const missingCredentials = ({ rootCredentials }: Needs) =>
  rootCredentials!.tried.length === 0
    ? 'Find out which root credentials open the items: give --env-file, or --root-credentials with a file of all pairs that were ever in use.'
    : 'None of the given root credentials opens the rest: look for older ones (user and password both count), and give them in --root-credentials.'

const marker: Step = ({ audit, needs, drives }) => {
  if (drives.layout === 'fs') return []
  if (audit.legacyMarker && needs.rootCredentials === null)
    return ['The marker backend-encrypted is a leftover: nothing is under root credentials any more.']
  return []
}

const plaintext: Step = ({ items }) => {
  const count = items.filter((item) => item.state === 'plaintext' && isFinding(item)).length
  return count === 0
    ? []
    : [
        'What lies in plaintext stays so when a KMS is added: migrate IAM in the console, then rotate the secrets it held, since old copies may exist elsewhere.',
      ]
}

/** A drive that missed a save keeps what was there before, in plaintext perhaps, until it is healed. */
const stale: Step = ({ items }) =>
  items.some((item) => staleCopies(item) > 0)
    ? [
        'Older copies may be in plaintext, or sealed by what is thought to be out of use. With all drives in place, let MinIO heal them (mc admin heal --recursive ALIAS), and audit again.',
      ]
    : []
