import { listBackups } from '@strongroom/shared/backups'
import { useQuery } from '@tanstack/react-query'
import { query } from '../../api/query.ts'
import { useUrlParam } from '../../components/use-url-param.ts'
import { bytes } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { toneInk } from '../../ui/Note.tsx'
import { Time } from '../../ui/Text.tsx'

/** The step before a migration: offered, never forced. */
export function LastBackup() {
  const { data, error } = useQuery(query(listBackups, {}))
  const [, setAct] = useUrlParam('act')
  const last = data?.backups[0]
  return (
    <section aria-labelledby="last-backup" className="space-y-2">
      <h3 id="last-backup" className="text-sm font-semibold">
        Backup before
      </h3>
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2 text-sm">
        <p className="flex min-w-0 items-center gap-2">
          {last ? (
            <>
              <Icon name="good" className={toneInk('good')} />
              <span>
                Last sealed backup <Time at={last.takenAt} />, by {last.takenBy}, {bytes(last.sizeBytes)}
              </span>
            </>
          ) : data ? (
            <>
              <Icon name="warning" className={toneInk('warning')} />
              No sealed backup yet. A migration does not need one.
            </>
          ) : error ? (
            <span className="text-muted">The backups could not be listed: {error.message}</span>
          ) : (
            <span className="text-muted">Looking …</span>
          )}
        </p>
        <Button onClick={() => setAct('backup')}>Make a sealed backup</Button>
      </div>
    </section>
  )
}
