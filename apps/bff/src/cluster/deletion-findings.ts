import type { Bucket } from '@strongroom/shared/buckets'
import type { IamAudit } from '@strongroom/shared/iam'
import type { Kms } from '@strongroom/shared/kms'
import type { Finding } from '@strongroom/shared/overview'
import { denials, type EndpointPolicies } from './kes-denial.ts'
import type { MarkedKey } from './key-deletions.ts'
import { bucketCount, clock, items } from './observed.ts'

/** What the findings about marked keys are made from. `null`: it could not be looked at. */
export interface DeletionsGround {
  readonly marked: readonly MarkedKey[]
  readonly kms: Pick<Kms, 'defaultKey' | 'nodes'>
  readonly audit: Pick<IamAudit, 'takenAt' | 'counts'> | null
  readonly buckets: readonly Pick<Bucket, 'name' | 'encryption'>[] | null
  /** Wanted only where a key is in quarantine. */
  readonly policies: readonly EndpointPolicies[] | null
}

/** One for each key that is on its way to deletion and is needed, or usable, after all. */
export const deletionFindings = (ground: DeletionsGround): Finding[] =>
  ground.marked.flatMap((marked) =>
    [stillNeeded(ground, marked), usableAgain(ground, marked)].filter((each) => each !== null),
  )

function stillNeeded(
  { kms, audit, buckets }: DeletionsGround,
  { name, waitUntil, quarantinedAt }: MarkedKey,
): Finding | null {
  const isDefault = kms.defaultKey === name || kms.nodes.some(({ defaultKey }) => defaultKey === name)
  const sealed = audit?.counts.kms[name] ?? 0
  const users = buckets?.filter(({ encryption }) => encryption?.key === name).length ?? 0
  const needs = [
    ...(isDefault ? ['it is the default key of MinIO'] : []),
    ...(audit !== null && sealed > 0 ? [`it seals ${items(sealed)}, read at ${clock(audit.takenAt)}`] : []),
    ...(users > 0 ? [`${bucketCount(users)} encrypt with it by default`] : []),
  ]
  if (needs.length === 0) return null
  const stands =
    quarantinedAt === null ? `marked for deletion, from ${waitUntil.slice(0, 10)} on` : 'in quarantine, and denied'
  return {
    id: `marked-key-needed-${name}`,
    severity: quarantinedAt === null ? 'warning' : 'critical',
    title: `The key ${name} is ${quarantinedAt === null ? 'marked for deletion' : 'in quarantine'}, and still needed`,
    detail: `It is ${stands}: ${needs.join('; ')}. Move what needs it to another key, or undo the mark.`,
    action: { label: 'See what needs it', href: keyHref(name) },
  }
}

function usableAgain({ policies }: DeletionsGround, { name, quarantinedAt }: MarkedKey): Finding | null {
  const open = policies && quarantinedAt !== null ? denials(policies, name)?.filter(({ denies }) => !denies) : undefined
  if (open === undefined || open.length === 0) return null
  return {
    id: `quarantine-open-${name}`,
    severity: 'warning',
    title: `The key ${name} is in quarantine, and KES lets it be used again`,
    detail: `By ${open.map(({ policy }) => policy).join(', ')}: a line was taken out since, or an identity has another policy. Whoever needs the key may have begun to use it. Find out who changed it, then deny it again or undo the mark.`,
    action: { label: 'See the key', href: keyHref(name) },
  }
}

/** The web app has a page of its own at `/keys/import`. */
const keyHref = (name: string) => `/keys/${name === 'import' ? '~import' : name}`
