import type { BatchJob } from '@strongroom/shared/batch-jobs'
import type { StateLook } from '../../ui/StateMark.tsx'
import { encryptionWords } from './seal-of-bucket.ts'

export const batchTitles = {
  replicate: 'Copy into a new bucket',
  keyrotate: 'Change the key of what is encrypted',
} as const

export const batchWords = {
  replicate: {
    does: 'MinIO copies every version, with its id, time, tags and lock, into another bucket that encrypts. The source stays as it is, plain versions too.',
    follows: [
      'Clients have to move to the new bucket: S3 renames none. What is written to the source meanwhile may be missing in the copy.',
      'Policies, lifecycle, default retention and notifications of the bucket are not copied.',
      'It takes as much space again until the source is gone.',
      'MinIO keeps the credentials of the copy in clear on the drives until the job is cleaned up. The console makes an access key for this job alone, and removes it with it.',
      'Its secret goes to MinIO in the call that starts the job, and each node reads it: in clear on the network where the console reaches MinIO by http, and not https.',
    ],
    mode: 'What seals the copies',
    note: 'ACCESS-KEY and SECRET-KEY lie in clear on the drives until mc batch cancel: make one for this job alone. The target takes --with-versioning or --with-lock where the source has them.',
    act: 'Start copying',
  },
  keyrotate: {
    does: 'MinIO seals the data keys of encrypted objects anew, in place: their content stays where it is, and nothing is copied.',
    follows: [
      'Plain objects are skipped, without a word: this encrypts nothing.',
      'A bucket whose versioning is on or suspended is refused: each version that is sealed anew gets the time of now, so older versions become the current ones and deleted objects come back. The way there: “Encrypt what is there” in the bucket, also for what is sealed otherwise. It puts a new version on top.',
      'Rules that go by age begin anew, because the objects get the time of now.',
      'SSE-S3 objects stay SSE-S3, whatever is chosen here: their data keys are sealed anew by MinIO’s default key. No SSE-KMS object becomes SSE-S3.',
      'The old key is needed until all is done, and for whatever failed.',
    ],
    mode: 'The new key',
    note: undefined,
    act: 'Start keyrotate',
  },
} as const

export const kindWords: Record<BatchJob['kind'], string> = {
  replicate: 'Copy',
  keyrotate: 'Keyrotate',
  expire: 'Expire',
  other: 'Other',
}

export const batchStates: Record<BatchJob['state'], StateLook> = {
  running: { icon: 'doing', word: 'Running', ink: 'text-accent' },
  done: { icon: 'good', word: 'Done', ink: 'text-good' },
  failed: { icon: 'critical', word: 'Failed', ink: 'text-critical' },
  unknown: { icon: 'unknown', word: 'Not known', ink: 'text-muted' },
}

/** What it works on, in one line; null: it was not started from here. */
export function orderWords({ order }: Pick<BatchJob, 'order'>): string | null {
  if (order === null) return null
  const from = order.prefix ? `${order.bucket}/${order.prefix}` : order.bucket
  return order.target === undefined ? from : `${from} → ${order.target}`
}

export const sealingWords = ({ order }: Pick<BatchJob, 'order'>) =>
  order?.mode ? encryptionWords({ mode: order.mode, key: order.key }) : null

/** What it leaves on the drives or in MinIO until it is cleaned up. */
export function holdsWords({
  holdsCredentials,
  accessKey,
}: Pick<BatchJob, 'holdsCredentials' | 'accessKey'>): string | null {
  if (holdsCredentials && accessKey) return 'An access key, in clear on the drives'
  if (holdsCredentials) return 'Credentials, in clear on the drives'
  return accessKey ? 'An access key' : null
}

/** What stopping or cleaning up loses, in the first sentence of its dialog. */
export function cleanUpWords({ kind, state }: Pick<BatchJob, 'kind' | 'state'>) {
  if (state === 'done' || state === 'failed')
    return 'MinIO forgets the job: its description is deleted from the drives, and the list shows it no more. What it did stays done.'
  if (kind === 'replicate')
    return 'MinIO stops copying, and does not go on: what was copied stays in the target, and a new copy needs another empty bucket.'
  if (kind === 'keyrotate')
    return 'MinIO stops, and does not go on: versions that were done keep the new key, the others keep the old one. Started again it looks at all of them.'
  return 'MinIO stops the job, and does not go on. What it did stays done.'
}

export const isOver = ({ state }: Pick<BatchJob, 'state'>) => state === 'done' || state === 'failed'
