import type { KeyDeletion } from '@strongroom/shared/key-deletion'

export const deletionStepIds = ['mark', 'wait', 'quarantine', 'delete'] as const
export type DeletionStepId = (typeof deletionStepIds)[number]

/** `holds`: done; `do`: the next act; `waiting`: for an earlier step, time, or what was not seen yet; `danger`: data would be lost. */
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

const faceOf: Record<DeletionStepId, (deletion: KeyDeletion, nowMs: number) => DeletionFace> = {
  mark: ({ stage, blockers, losses }) =>
    stage !== null ? 'holds' : losses.length > 0 ? 'danger' : blockers.length === 0 ? 'do' : 'waiting',
  wait: ({ stage, waitUntil }, nowMs) =>
    stage === 'quarantined' || (stage === 'marked' && waited({ waitUntil }, nowMs)) ? 'holds' : 'waiting',
  quarantine: (deletion, nowMs) => {
    if (deletion.stage === 'quarantined') return 'holds'
    if (deletion.stage === null || !waited(deletion, nowMs)) return 'waiting'
    if (deletion.losses.length > 0) return 'danger'
    // Lines for the policies are something to do.
    return deletion.blockers.length === 0 || !denied(deletion) ? 'do' : 'waiting'
  },
  delete: (deletion) => {
    if (deletion.stage !== 'quarantined') return 'waiting'
    if (deletion.losses.length > 0) return 'danger'
    return deletion.blockers.length === 0 ? 'do' : 'waiting'
  },
}
