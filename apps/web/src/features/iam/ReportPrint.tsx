import type { MigrationReport, ReportedItem } from '@strongroom/shared/migrations'
import type { ReactNode } from 'react'
import { count, counted } from '../../lib/format.ts'
import { sealLook } from './item-seal.ts'
import { RotateNote, Story } from './ReportLists.tsx'
import { byKind, byNote, comparedWords, outcomeWord } from './report-words.ts'

/** On paper there is no scrolling and no filter: all parts, all rows, in text that ten thousand of which lay out in time. */
export const ReportPrint = ({ report }: { report: MigrationReport }) => (
  <div className="space-y-6">
    <Part title="Story">
      <Story report={report} />
    </Part>
    <Part title="Can’t be moved">
      {report.cannotMove.length === 0 && <p>Nothing had to stay.</p>}
      {byNote(report.cannotMove).map(({ note, items }) => (
        <div key={note}>
          <p className="font-semibold">
            {counted(items.length, 'item')}: {note}
          </p>
          {items.map(({ path, seal }) => (
            <p key={path} className="font-mono text-xs wrap-anywhere">
              {path} ({sealLook(seal, report.defaultKey).label})
            </p>
          ))}
        </div>
      ))}
    </Part>
    <Part title="Secrets to rotate">
      {report.rotate.length === 0 ? (
        <p>None lay in plaintext, as far as the drives showed.</p>
      ) : (
        <RotateNote report={report} />
      )}
      {byKind(report.rotate).map(({ kind, names }) => (
        <div key={kind}>
          <p className="font-semibold">
            {kind} {count(names.length)}
          </p>
          <p className="font-mono text-xs wrap-anywhere">{names.join(', ')}</p>
        </div>
      ))}
    </Part>
    <Part title="Items">
      <p className="text-xs text-muted">
        Path, kind, what sealed it before, what became of it and how that was proven.
      </p>
      <ol className="text-xs">
        {report.items.map((item) => (
          <li key={item.path} className="border-t border-line wrap-anywhere">
            <span className="font-mono">{item.path}</span> · {itemWords(item, report.defaultKey)}
          </li>
        ))}
      </ol>
    </Part>
  </div>
)

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="space-y-2">
    <h2 className="text-lg font-semibold">{title}</h2>
    {children}
  </section>
)

const itemWords = ({ kind, before, outcome, compared, note }: ReportedItem, defaultKey: string) =>
  [kind, sealLook(before, defaultKey).label, outcomeWord(outcome), note ?? (compared && comparedWords[compared])]
    .filter(Boolean)
    .join(' · ')
