import type { KesAccessFinding, KesAct } from './kes-access.ts'
import { decideKes, type KesRules, kesPath } from './kes-policy.ts'
import { lineFor } from './kes-policy-reach.ts'

/** A finding before it is known of which policy and identity. */
export type LineFinding = Omit<KesAccessFinding, 'id' | 'policy' | 'identity'> & {
  /** Begins the id of the finding. */
  readonly kind: string
}

interface Need {
  readonly act: KesAct
  readonly severity: KesAccessFinding['severity']
  /** What happens without it. */
  readonly without: string
}

/** What MinIO does without each act, as tried on a running one. */
const NEEDS: readonly Need[] = [
  {
    act: 'generate',
    severity: 'critical',
    without: 'MinIO starts, but encrypts nothing: uploads that should be encrypted fail.',
  },
  {
    act: 'decrypt',
    severity: 'critical',
    without: 'MinIO opens nothing: encrypted objects, its settings and its users.',
  },
  {
    act: 'create',
    severity: 'info',
    without: 'MinIO can’t make its default key where KES lacks it, and “mc admin kms key create” fails.',
  },
  {
    act: 'describe',
    severity: 'info',
    without: 'MinIO asks every 10 seconds to keep its key warm in KES; each time it is refused.',
  },
  { act: 'status', severity: 'info', without: '“mc admin info” shows no KES.' },
  { act: 'list', severity: 'info', without: '“mc admin kms key list” is refused.' },
  { act: 'metrics', severity: 'info', without: 'MinIO can’t show the metrics of KES.' },
  { act: 'api', severity: 'info', without: 'MinIO can’t ask which APIs this KES has.' },
]

/**
 * What the policy of MinIO lacks, and what it has without ever using it.
 *
 * @param keyName MinIO's default key; null: any key will do
 */
export function minioFindings(rules: KesRules, keyName: string | null): LineFinding[] {
  return [...missing(rules, keyName), ...tooMuch(rules)]
}

function missing(rules: KesRules, keyName: string | null): LineFinding[] {
  return NEEDS.flatMap(({ act, severity, without }) => {
    const name = act === 'list' ? '' : keyName
    const { allowed, list, pattern } = name === null ? anyName(rules, act) : decideKes(rules, kesPath(act, name))
    if (allowed) return []
    const line = kesPath(act, '*')
    const which = name ? ` on ${name}` : ''
    return {
      kind: `minio-lacks-${act}`,
      severity,
      pattern,
      title: `MinIO may not ${act}${which}`,
      detail:
        list === 'deny'
          ? `The line ${pattern} denies it, and a deny line wins. ${without}`
          : `No line allows it. ${without} Add ${line}, or the narrower line for the names of its keys.`,
      instead: list === 'deny' ? null : line,
    }
  })
}

/** Without a name, an act counts as denied by no line in particular. */
const anyName = (rules: KesRules, act: KesAct) => ({ allowed: lineFor(rules, act) !== null, list: null, pattern: null })

function tooMuch(rules: KesRules): LineFinding[] {
  return (['delete', 'import'] as const).flatMap((act) => {
    const pattern = lineFor(rules, act)
    if (pattern === null) return []
    return {
      kind: `minio-may-${act}`,
      severity: 'warning' as const,
      pattern,
      title: act === 'delete' ? 'MinIO may delete keys' : 'MinIO may import keys',
      detail:
        act === 'delete'
          ? 'It never does. Whoever gets its certificate could end all encrypted data with one call. Allow only what it needs.'
          : 'It never does. Whoever gets its certificate could plant a key that they know. Allow only what it needs.',
      instead: null,
    }
  })
}
