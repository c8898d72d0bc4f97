import type { Activity } from '@strongroom/shared/activity'
import type { IconName } from '../../ui/Icon.tsx'

export const actWords: Record<Activity['act'], string> = {
  'create-key': 'Create key',
  'import-key': 'Import key',
  'mark-key': 'Mark for deletion',
  'unmark-key': 'Undo the deletion',
  'quarantine-key': 'Quarantine key',
  'delete-key': 'Delete key',
  'prove-key': 'Prove key',
  'keep-canary': 'Keep a canary',
  'drop-canary': 'Drop the canary',
  drill: 'Drill',
  'set-house-policy': 'Change the house policy',
  'set-bucket-encryption': 'Encrypt bucket',
  'clear-bucket-encryption': 'Clear encryption',
  'start-bucket-run': 'Start a bucket run',
  'end-bucket-run': 'End of a bucket run',
  'encrypt-objects': 'Encrypt objects',
  'remove-plain-versions': 'Remove plain versions',
  'start-batch-job': 'Start a batch job',
  'clean-up-batch-job': 'Clear up a batch job',
}

export const outcomes: Record<Activity['outcome'], { icon: IconName; word: string; ink: string }> = {
  done: { icon: 'good', word: 'Done', ink: 'text-good' },
  failed: { icon: 'critical', word: 'Failed', ink: 'text-critical' },
  begun: { icon: 'unknown', word: 'Not known', ink: 'text-warning' },
}
