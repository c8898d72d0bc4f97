import type { MigrationReport } from '@strongroom/shared/migrations'
import { count, counted, exact } from '../../lib/format.ts'
import { Note } from '../../ui/Note.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { ScrollBox } from '../../ui/Text.tsx'
import { sealLook } from './item-seal.ts'
import { byKind, byNote } from './report-words.ts'

/** What no call can move, by the way out that is the same for many. */
export function CannotMove({ report: { cannotMove, defaultKey } }: { report: MigrationReport }) {
  if (cannotMove.length === 0) return <p className="text-muted">Nothing had to stay.</p>
  return (
    <ul className="space-y-4">
      {byNote(cannotMove).map(({ note, items }) => (
        <li key={note} className="space-y-2 rounded-md border border-line bg-surface p-4">
          <p className="font-medium">{counted(items.length, 'item')}</p>
          <p className="max-w-[90ch] text-sm text-muted wrap-anywhere">{note}</p>
          <ScrollBox className="max-h-72">
            <ul className="text-xs">
              {items.map(({ path, seal }) => (
                <li
                  key={path}
                  className="grid grid-cols-[1fr_minmax(0,10rem)] gap-4 border-t border-line py-1 [contain-intrinsic-height:24px] [content-visibility:auto]"
                >
                  <span className="min-w-0 font-mono wrap-anywhere">{path}</span>
                  <SealBadge {...sealLook(seal, defaultKey)} />
                </li>
              ))}
            </ul>
          </ScrollBox>
        </li>
      ))}
    </ul>
  )
}

export const RotateNote = ({ report: { rotate } }: { report: MigrationReport }) => (
  <Note tone="warning" title={`${counted(rotate.length, 'account')} had secrets in plaintext on the drives`}>
    They are sealed now, but drives that were replaced, snapshots and backups of the drives may still hold the old form.
    Give these accounts new secrets, and destroy or seal the old copies.
  </Note>
)

/** Sealing does not unwrite what lay in plaintext. */
export function Rotate({ report }: { report: MigrationReport }) {
  const { rotate } = report
  if (rotate.length === 0)
    return <p className="text-muted">No account’s secret lay in plaintext, as far as the drives showed.</p>
  return (
    <div className="space-y-4">
      <RotateNote report={report} />
      {byKind(rotate).map(({ kind, names }) => (
        <section key={kind} aria-label={kind} className="rounded-md border border-line bg-surface p-4">
          <h2 className="text-sm font-semibold">
            {kind} <span className="text-muted">{count(names.length)}</span>
          </h2>
          <ScrollBox className="mt-2 max-h-72">
            <ul className="columns-2 gap-6 font-mono text-xs sm:columns-3 lg:columns-4">
              {names.map((name) => (
                <li key={name} className="truncate" title={name}>
                  {name}
                </li>
              ))}
            </ul>
          </ScrollBox>
        </section>
      ))}
    </div>
  )
}

/** Starts, pauses, sign-ins and stops, in order. */
export const Story = ({ report: { story } }: { report: MigrationReport }) => (
  <ol className="divide-y divide-line rounded-md border border-line bg-surface">
    {story.map(({ at, text }) => (
      <li
        key={at + text}
        className="grid gap-x-6 px-4 py-2 text-sm sm:grid-cols-[12rem_1fr] print:grid-cols-[12rem_1fr]"
      >
        <time dateTime={at} className="text-muted">
          {exact(at)}
        </time>
        <span className="min-w-0 wrap-anywhere">{text}</span>
      </li>
    ))}
  </ol>
)
