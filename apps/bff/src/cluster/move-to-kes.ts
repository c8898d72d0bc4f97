import type { KeySource } from '@strongroom/shared/keys'
import type { Kms } from '@strongroom/shared/kms'
import type { Move, MoveStep } from '@strongroom/shared/move'
import type { AuditResult } from './audit.ts'
import { clock } from './observed.ts'

/** What the walk is judged by: the cluster as it was just observed, never what somebody ticked. */
export interface MoveFacts {
  readonly kms: Kms
  /** The static key on this host, if its env file still has it. */
  readonly source: KeySource | null
  /** The key is there in KES; null: it could not be asked. */
  readonly keyInKes: boolean | null
  /** KES holds the source's material: null when the two could not be compared. */
  readonly sameMaterial: boolean | null
  /** Data keys of the cluster that KES opened, from the last proof. */
  readonly proven: boolean
  readonly env: EnvFacts | null
  readonly audit: AuditResult['audit'] | null
  readonly lines: readonly string[]
  readonly canApply: boolean
  readonly canRestart: boolean
  readonly confirmWord: string
}

/** The env file as it lies on the console's host; other nodes have copies of their own. */
export interface EnvFacts {
  /** It has the KES lines with this key name. */
  readonly namesKes: boolean
  readonly safe: boolean
  readonly reasons: readonly string[]
}

type Checked = Pick<MoveStep, 'id' | 'title' | 'detail' | 'evidence'> & { face: 'holds' | 'do' | 'danger' }

/** The walk as it stands now: the first step that does not hold is the one to do, and later ones wait for it. */
export function judgeMove(facts: MoveFacts): Move {
  const { kms, source } = facts
  const keyName = kms.defaultKey ?? source?.keyName ?? null
  const checks = [kesAnswers, keyImported, keyProven, linesWritten, restarted, migrated].map((check) =>
    check(facts, keyName ?? '?'),
  )
  const steps = inOrder(checks)
  const proven = steps.slice(0, 3).every(({ face }) => face === 'holds')
  return {
    notFor: notFor(kms),
    keyName,
    sourceId: source?.id ?? null,
    fingerprint: source?.fingerprint ?? null,
    steps,
    lines: proven ? [...facts.lines] : null,
    canApply: facts.canApply && proven,
    applied: facts.env?.namesKes === true && facts.env.safe,
    canRestart: facts.canRestart && proven && facts.env?.namesKes === true && facts.env.safe,
    confirmWord: facts.confirmWord,
    checkedAt: new Date().toISOString(),
  }
}

function inOrder(checks: readonly Checked[]): MoveStep[] {
  const first = checks.findIndex(({ face }) => face !== 'holds')
  return checks.map((step, index) => {
    if (first === -1 || index <= first || step.face === 'holds') return step
    return { ...step, face: 'waiting', detail: `Waits for: ${checks[first]!.title}. ${step.detail}` }
  })
}

function notFor({ kind }: Kms): string | null {
  if (kind === 'static' || kind === 'kes') return null
  if (kind === 'none') return 'MinIO has no KMS, so there is no key to move. Configure KES directly.'
  return 'The console can’t tell that MinIO runs on a static key, so it does not offer the move.'
}

const kesAnswers = ({ kms }: MoveFacts): Checked => {
  const step = { id: 'kes', title: 'KES answers and knows the console' } as const
  const endpoints = kms.kes?.endpoints ?? kms.standby?.endpoints ?? []
  const well = endpoints.find(({ trouble }) => trouble === null)
  if (well)
    return {
      ...step,
      face: 'holds',
      detail: `KES answers at ${well.url} and its keystore is reachable.`,
      evidence: `GET ${well.url}/v1/status`,
    }
  if (endpoints.length === 0) {
    return {
      ...step,
      face: 'do',
      detail:
        'The console knows no KES. Give it MINIO_KMS_KES_ENDPOINT with a certificate or an API key, and start it again.',
      evidence: null,
    }
  }
  return { ...step, face: 'do', detail: endpoints[0]!.trouble!, evidence: `GET ${endpoints[0]!.url}/v1/status` }
}

const keyImported = ({ keyInKes, source }: MoveFacts, keyName: string): Checked => {
  const step = {
    id: 'import',
    title: `The key ${keyName} is in KES`,
    evidence: `GET /v1/key/describe/${keyName}`,
  } as const
  if (keyInKes === true) return { ...step, face: 'holds', detail: `KES has a key named ${keyName}.` }
  if (source === null) {
    return {
      ...step,
      face: 'do',
      detail:
        'The console’s host has no copy of the static key. Name one in STRONGROOM_ENV_FILE or STRONGROOM_KEY_SOURCES, or import it with the kes command on a host that has it.',
    }
  }
  return {
    ...step,
    face: 'do',
    detail: `Import it from “${source.label}” (fingerprint ${source.fingerprint ?? 'unknown'}), before MinIO is pointed at KES: a MinIO that does not find its key there makes a new one of that name.`,
  }
}

const keyProven = ({ kms, sameMaterial, proven }: MoveFacts, keyName: string): Checked => {
  const step = {
    id: 'proof',
    title: 'It is the same key',
    evidence: `KES decrypt and generate under ${keyName}`,
  } as const
  if (sameMaterial === false) {
    return {
      ...step,
      face: 'danger',
      detail: `KES has another key under the name ${keyName}. A restart of MinIO on it would leave IAM and encrypted objects unreadable. Remove that key in KES, then import the right one.`,
    }
  }
  if (sameMaterial === true)
    return {
      ...step,
      face: 'holds',
      detail: 'KES opens what was sealed with the static key, and the static key opens what KES sealed.',
    }
  if (proven) return { ...step, face: 'holds', detail: 'KES opened data keys that this cluster sealed.' }
  if (kms.kind === 'kes' && kms.keyWorks && kms.iamLoaded) {
    return { ...step, face: 'holds', detail: 'MinIO runs on it and has loaded IAM.' }
  }
  return { ...step, face: 'do', detail: 'Prove that KES opens what this cluster has sealed.' }
}

const linesWritten = ({ kms, env }: MoveFacts): Checked => {
  const step = { id: 'lines', title: 'Every node’s environment names KES' } as const
  if (env?.namesKes && env.safe) {
    return {
      ...step,
      face: 'holds',
      detail:
        'The env file on this host has the KES lines and an empty MINIO_KMS_SECRET_KEY= line. Other nodes need the same lines.',
      evidence: 'the env file, as it lies',
    }
  }
  if (env?.namesKes)
    return { ...step, face: 'danger', detail: env.reasons.join(' '), evidence: 'the env file, as it lies' }
  if (kms.kind === 'kes')
    return { ...step, face: 'holds', detail: 'The nodes run with KES settings.', evidence: 'GET /minio/admin/v3/info' }
  return {
    ...step,
    face: 'do',
    detail:
      'Put these lines into the env file of every node. The empty MINIO_KMS_SECRET_KEY= line must stay: a running MinIO keeps a variable that merely vanished from the file, and refuses to start with both.',
    evidence: null,
  }
}

const restarted = ({ kms }: MoveFacts): Checked => {
  const step = {
    id: 'restart',
    title: 'MinIO runs on KES',
    evidence: 'GET /minio/kms/v1/status and key/status',
  } as const
  if (kms.kind !== 'kes')
    return { ...step, face: 'do', detail: 'Restart all nodes at once. Reads and writes pause for some seconds.' }
  if (kms.iamLoaded === false) {
    return {
      ...step,
      face: 'danger',
      detail:
        'MinIO runs on KES but has not loaded its users. If this lasts, go back: put the static key’s line in again, take the KES lines out, and restart.',
    }
  }
  if (kms.keyWorks !== true || kms.iamLoaded !== true)
    return { ...step, face: 'do', detail: kms.keyError ?? 'Waiting until the default key works and IAM is loaded.' }
  return {
    ...step,
    face: 'holds',
    detail: 'Every node that was seen runs on KES, the default key works, and IAM is loaded.',
  }
}

const migrated = ({ kms, audit }: MoveFacts): Checked => {
  const step = {
    id: 'migrate',
    title: 'Everything that can be moved is under the key',
    evidence: audit && `the drives, read at ${clock(audit.takenAt)}`,
  } as const
  if (audit === null || audit.defaultKey !== kms.defaultKey)
    return { ...step, face: 'do', detail: 'Read the drives, then migrate what is not under the key yet.' }
  if (audit.toMove > 0)
    return { ...step, face: 'do', detail: `${audit.toMove} items are still under something else. Migrate them.` }
  return { ...step, face: 'holds', detail: 'No movable item is left.' }
}
