import type { KeyBackup } from '@strongroom/shared/keys'
import { Link } from 'wouter'
import { paths } from '../../lib/paths.ts'
import { Icon } from '../../ui/Icon.tsx'
import { Time } from '../../ui/Text.tsx'

/** Where a second copy of the key is, and whether anybody has shown that it works. */
export function SecondCopy({ backup: { provenAt, drill, escrowAt } }: { backup: KeyBackup }) {
  return (
    <span className="block space-y-1">
      {provenAt ? (
        <span className="flex gap-1.5">
          <Icon name="good" className="mt-0.5 text-good" />
          <span>
            A restored KES opened data keys of this cluster, <Time at={provenAt} />
            {drill && (
              <>
                {': '}
                <Link href={paths.drill(drill)} className="text-accent underline">
                  the drill
                </Link>
              </>
            )}
          </span>
        </span>
      ) : (
        <span className="flex gap-1.5">
          <Icon name="warning" className="mt-0.5 text-warning" />
          <span>
            None is proven:{' '}
            <Link href={paths.drills} className="text-accent underline">
              hold a drill
            </Link>
          </span>
        </span>
      )}
      {escrowAt && (
        <span className="flex gap-1.5">
          <Icon name="info" className="mt-0.5 text-info" />
          <span>
            A sealed copy was made <Time at={escrowAt} />; the console can’t try it
          </span>
        </span>
      )}
    </span>
  )
}
