import type { SealState } from '@strongroom/shared/seal'

/** What protects an item; `key` is the KMS key that its header names. Nothing is opened: it is what the bytes say. */
export interface Seal {
  readonly state: SealState
  readonly key?: string
}
