import type { KeyDeletion } from '@strongroom/shared/key-deletion'

export const deletionStepIds = ['mark', 'wait', 'quarantine', 'delete'] as const
export type DeletionStepId = (typeof deletionStepIds)[number]

/** `holds`: done; `do`: the next act; `waiting`: an earlier step or time is in the way; `danger`: data would be lost. */
export type DeletionFace = 'holds' | 'do' | 'waiting' | 'danger'

export interface DeletionStep {
  readonly id: DeletionStepId
  readonly face: DeletionFace
}

/** The walk to a deletion, as it stands at `nowMs`. */
export function deletionSteps(deletion: KeyDeletion, nowMs: number): readonly DeletionStep[] {
  return deletionStepIds.map((id) => ({ id, face: faceOf[id](deletion, nowMs) }))
}

/** The step to look at now: the first that asks for something, else the one that only time settles. */
export const currentStep = (steps: readonly DeletionStep[]): DeletionStepId =>
  (steps.find(({ face }) => face === 'do' || face === 'danger') ?? steps.find(({ face }) => face === 'waiting'))?.id ??
  'delete'

/** The waiting time is over. */
export const waited = ({ waitUntil }: Pick<KeyDeletion, 'waitUntil'>, nowMs: number) =>
  waitUntil !== null && Date.parse(waitUntil) <= nowMs

const denied = ({ policies }: KeyDeletion) => policies?.every(({ denies }) => denies) ?? false
const rehearsed = ({ rehearsal }: KeyDeletion) => rehearsal.every(({ holds }) => holds !== false)

/** The console wants a key to have been denied for a day before it is deleted. */
const QUARANTINE_MS = 24 * 60 * 60_000
const settling = ({ quarantinedAt }: KeyDeletion, nowMs: number) =>
  quarantinedAt !== null && nowMs - Date.parse(quarantinedAt) < QUARANTINE_MS

const faceOf: Record<DeletionStepId, (deletion: KeyDeletion, nowMs: number) => DeletionFace> = {
  mark: ({ stage, blockers }) => (stage !== null ? 'holds' : blockers.length === 0 ? 'do' : 'danger'),
  wait: ({ stage, waitUntil }, nowMs) =>
    stage === 'quarantined' || (stage === 'marked' && waited({ waitUntil }, nowMs)) ? 'holds' : 'waiting',
  quarantine: (deletion, nowMs) => {
    if (deletion.stage === 'quarantined') return 'holds'
    if (deletion.stage === null || !waited(deletion, nowMs)) return 'waiting'
    // Lines for the policies are something to do; anything else that is in the way would cost data.
    return deletion.blockers.length === 0 || !denied(deletion) ? 'do' : 'danger'
  },
  delete: (deletion, nowMs) => {
    if (deletion.stage !== 'quarantined') return 'waiting'
    if (deletion.blockers.length === 0) return 'do'
    return settling(deletion, nowMs) && denied(deletion) && rehearsed(deletion) ? 'waiting' : 'danger'
  },
}
