import type { Bucket } from '@strongroom/shared/buckets'
import type { Coverage } from '@strongroom/shared/coverage'
import type { ReactNode } from 'react'
import { useDenied } from '../../api/capabilities.ts'
import { bytes, counted } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { plainCurrent, plainOlder } from './coverage-words.ts'

type Props = { bucket: Bucket; coverage: Coverage | null; onAct: (act: string) => void }

/** The ways to encrypt what is there, and when each is the right one. */
export function ObjectActs({ bucket: { versioning }, coverage, onAct }: Props) {
  const batch = useDenied('startBatchJobs')
  const keepsVersions = versioning !== 'off'
  const rotating =
    versioning === 'off' || versioning === null ? null : 'The bucket keeps versions, and MinIO would mix them up.'
  const plain = coverage === null ? 0 : plainCurrent(coverage.counts).count
  return (
    <section aria-label="Encrypt what is there" className="space-y-3 border-t border-line pt-4">
      <h3 className="font-semibold">Encrypt what is there</h3>
      <p className="text-sm text-muted">{plainWords(coverage)}</p>
      <ul className="divide-y divide-line rounded-md border border-line">
        <Way
          title="Write each object anew, where it is"
          action={
            <Button look={plain > 0 ? 'primary' : 'plain'} onClick={() => onAct('encrypt-objects')}>
              Encrypt objects
            </Button>
          }
        >
          The bucket stays where it is, and clients notice little. For current objects;{' '}
          {keepsVersions ? 'plain versions stay below the encrypted ones.' : 'nothing plain is left of them.'}
        </Way>
        {keepsVersions && (
          <Way
            title="Remove the plain versions below"
            action={
              <Button look="danger" onClick={() => onAct('remove-plain')}>
                Remove plain versions
              </Button>
            }
          >
            Afterwards, and apart: versions whose bytes a newer encrypted version holds. There is no undo; it begins
            with a dry run.
          </Way>
        )}
        <Way
          title="Batch replicate into a new bucket"
          action={
            <Button why={batch} onClick={() => onAct('replicate')}>
              Copy into a new bucket
            </Button>
          }
        >
          When the whole history must be encrypted, or versions are locked: MinIO copies every version with its id, time
          and lock. Clients have to move to the new bucket.
        </Way>
        <Way
          title="Batch keyrotate"
          action={
            <Button why={batch ?? rotating} onClick={() => onAct('keyrotate')}>
              Change the key
            </Button>
          }
        >
          When objects are encrypted and are to be sealed by another key, and have no tags to lose. It encrypts nothing
          that is plain: MinIO skips that without a word.
        </Way>
      </ul>
    </section>
  )
}

const Way = ({ title, action, children }: { title: string; action: ReactNode; children: ReactNode }) => (
  <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-3 py-3">
    <div className="min-w-0 basis-72 grow text-sm">
      <h4 className="font-medium">{title}</h4>
      <p className="text-muted">{children}</p>
    </div>
    {action}
  </li>
)

function plainWords(coverage: Coverage | null) {
  if (coverage === null) return 'How much of it is plain is not known: count to know. Each way works without it too.'
  const { count, bytes: size } = plainCurrent(coverage.counts)
  const older = plainOlder(coverage.counts)
  if (count + older === 0)
    return coverage.unknown > 0
      ? `No version was seen in plaintext; ${counted(coverage.unknown, 'version')} could not be observed.`
      : 'When it was counted, nothing lay in plaintext.'
  const now = `${counted(count, 'current object')} (${bytes(size)})`
  return `When it was counted, ${now} and ${counted(older, 'older version')} lay in plaintext.`
}
