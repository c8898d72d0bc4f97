import type { IamAudit } from '@strongroom/shared/iam'
import { sealTotal } from '@strongroom/shared/seal'
import { count, counted } from '../../lib/format.ts'
import type { Tone } from '../../ui/Note.tsx'

export interface AuditVerdict {
  readonly tone: Tone
  readonly sentence: string
}

/** The one sentence on the items that an audit allows, the worst that is true of them. */
export function auditVerdict(audit: IamAudit): AuditVerdict {
  return harm(audit) ?? unfinished(audit)
}

function harm(audit: IamAudit): AuditVerdict | null {
  const { counts, total, regressed, opened, byKind, toMove, defaultKey } = audit
  // `format.json` holds a version number and no secret.
  const format = byKind.find(({ kind }) => kind === 'format')?.counts.plaintext ?? 0
  const plain = counts.plaintext - format
  if (regressed > 0)
    return critical(
      `${counted(regressed, 'item')} that ${was(regressed)} sealed ${regressed === 1 ? 'lies' : 'lie'} in plaintext now.`,
    )
  if (opened && opened.failed > 0)
    return critical(
      `${count(opened.failed)} of ${counted(total, 'item')} can’t be opened by what the header names. Delete no key, and change no password.`,
    )
  if (counts['root-credentials'] > 0)
    return (toMove > 0 || defaultKey === null ? critical : warning)(
      `${count(counts['root-credentials'])} of ${counted(total, 'item')} ${are(counts['root-credentials'])} still encrypted with the root password. Do not change it.`,
    )
  if (plain > 0)
    return critical(`${count(plain)} of ${counted(total, 'item')} ${plain === 1 ? 'lies' : 'lie'} in plaintext.`)
  if (counts.unreadable > 0)
    return critical(`${count(counts.unreadable)} of ${counted(total, 'item')} can’t be read from the drives.`)
  return null
}

function unfinished({ counts, total, defaultKey, drives, byKind, stale }: IamAudit): AuditVerdict {
  const others = Object.entries(counts.kms).filter(([key, items]) => key !== defaultKey && items > 0)
  const [first] = others
  if (others.length === 1 && first)
    return warning(
      `${count(first[1])} of ${counted(total, 'item')} still ${first[1] === 1 ? 'needs' : 'need'} the key ${first[0]}. Keep it.`,
    )
  if (others.length > 1)
    return warning(`${count(others.length)} keys besides the default one still seal items. Keep them.`)
  if (drives.total !== null && drives.observed < drives.total)
    return warning(`What ${drives.total - drives.observed} of ${drives.total} drives hold is not observed.`)
  if (stale > 0) return warning(`Some drives hold older copies of ${counted(stale, 'item')}. Heal them.`)
  const format = byKind.find(({ kind }) => kind === 'format')
  const left = format ? sealTotal(format.counts) - (format.counts.kms[defaultKey ?? ''] ?? 0) : 0
  if (total === 0) return warning('The drives hold no IAM or config item.')
  return {
    tone: 'good',
    sentence:
      left === 0
        ? `All ${counted(total, 'item')} ${are(total)} sealed by the key ${defaultKey}.`
        : `${count(total - left)} of ${counted(total, 'item')} ${are(total - left)} sealed by the key ${defaultKey}; format.json holds no secret.`,
  }
}

const was = (items: number) => (items === 1 ? 'was' : 'were')
const are = (items: number) => (items === 1 ? 'is' : 'are')
const critical = (sentence: string): AuditVerdict => ({ tone: 'critical', sentence })
const warning = (sentence: string): AuditVerdict => ({ tone: 'warning', sentence })
