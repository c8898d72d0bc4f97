import type { Bucket } from '@strongroom/shared/buckets'
import type { HouseRule } from '@strongroom/shared/house-policy'
import { useMemo, useState } from 'react'
import { announce } from '../../components/announcer.ts'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted } from '../../lib/format.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { Note } from '../../ui/Note.tsx'
import { cell, head } from '../../ui/plain-table.ts'
import { SealBadge } from '../../ui/Seal.tsx'
import { ScrollBox } from '../../ui/Text.tsx'
import { type HouseView, houseView, moved, rowKeys, sharedKeys } from './house-draft.ts'
import { RuleDialog } from './RuleDialog.tsx'
import { encryptionWords, lookOf } from './seal-of-bucket.ts'

type Props = {
  rules: readonly HouseRule[]
  buckets: readonly Bucket[] | undefined
  editable: boolean
  onChange: (rules: readonly HouseRule[]) => void
}

/** The rules in their order; the first that fits a bucket holds. */
export function HouseRules({ rules, buckets, editable, onChange }: Props) {
  /** The index of the rule that is edited; the length of the list: a new one. */
  const [editing, setEditing] = useState<number | null>(null)
  const view = useMemo(() => buckets && houseView(rules, buckets), [rules, buckets])
  const keys = rowKeys(rules)
  const move = (from: number, to: number) => {
    onChange(moved(rules, from, to))
    announce(`${rules[from]?.pattern} is rule ${to + 1} of ${rules.length}`)
    // The button that was pressed belongs to another rule now.
    const button = to > from ? 'down' : 'up'
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(`[data-rule="${to}"] [data-move=${button}]`)?.focus(),
    )
  }
  const done = (rule: HouseRule) => {
    if (editing !== null) onChange(rules.toSpliced(editing, 1, rule))
    setEditing(null)
  }
  return (
    <section aria-label="Rules" className="space-y-3">
      {rules.length === 0 ? (
        <p className="rounded-md border border-dashed border-edge p-6 text-muted">
          No rule is kept yet, so no bucket can drift. A rule such as “every bucket prod-* uses SSE-KMS with the key
          prod-&#123;bucket&#125;” would stand here, with the buckets that it fits.
        </p>
      ) : (
        <ScrollBox className="rounded-md border border-line bg-surface">
          <table aria-label="Rules of the house" className="w-full text-sm max-sm:table-fixed">
            <thead>
              <tr>
                <th scope="col" className={`${head} w-10 text-right max-md:hidden`}>
                  #
                </th>
                <th scope="col" className={head}>
                  Buckets called
                </th>
                <th scope="col" className={`${head} max-md:hidden`}>
                  New objects sealed by
                </th>
                <th scope="col" className={`${head} max-sm:w-30`}>
                  Holds for
                </th>
                <th scope="col" className={`${head} max-sm:hidden`}>
                  Drifted
                </th>
                {editable && (
                  <th scope="col" className={`${head} relative max-sm:w-20`}>
                    <span className="sr-only">Change</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {rules.map((rule, index) => (
                <tr key={keys[index]} data-rule={index} className="hover:bg-sunken">
                  <td className={`${cell} text-right text-muted max-md:hidden`}>{index + 1}</td>
                  <th scope="row" className={cell}>
                    <span className="font-mono text-xs wrap-anywhere">{rule.pattern}</span>
                    <span className="mt-1 block text-xs text-muted wrap-anywhere md:hidden">
                      {encryptionWords(rule)}
                    </span>
                  </th>
                  <td className={`${cell} max-md:hidden`}>
                    <SealBadge look={lookOf(rule, null).look} label={encryptionWords(rule)} />
                  </td>
                  <td className={`${cell} sm:whitespace-nowrap`}>
                    <Extent pattern={rule.pattern} effect={view?.byRule[index]} />
                    <span className="mt-1 block sm:hidden">
                      <Drift count={view?.byRule[index]?.drifted} />
                    </span>
                  </td>
                  <td className={`${cell} max-sm:hidden`}>
                    <Drift count={view?.byRule[index]?.drifted} />
                  </td>
                  {editable && (
                    <td className={`${cell} text-right max-sm:px-1 sm:whitespace-nowrap`}>
                      <MoveButton direction="up" rule={rule} off={index === 0} onMove={() => move(index, index - 1)} />
                      <MoveButton
                        direction="down"
                        rule={rule}
                        off={index === rules.length - 1}
                        onMove={() => move(index, index + 1)}
                      />
                      <Button
                        look="quiet"
                        aria-label={`Edit ${rule.pattern}`}
                        className="max-sm:px-1"
                        onClick={() => setEditing(index)}
                      >
                        Edit
                      </Button>
                      <Button
                        look="quiet"
                        aria-label={`Remove ${rule.pattern}`}
                        className="max-sm:px-1"
                        onClick={() => onChange(rules.toSpliced(index, 1))}
                      >
                        Remove
                      </Button>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
      {view && <SharedKeys shared={sharedKeys(rules, view)} />}
      {editable && <Button onClick={() => setEditing(rules.length)}>Add rule</Button>}
      {editing !== null && (
        <RuleDialog
          rule={rules[editing]}
          others={rules.toSpliced(editing, 1)}
          buckets={buckets}
          onDone={done}
          onClose={() => setEditing(null)}
        />
      )}
    </section>
  )
}

/** Filters the buckets below to those of the rule. */
function Extent({ pattern, effect }: { pattern: string; effect: HouseView['byRule'][number] | undefined }) {
  const [rule, setRule] = useUrlParam('rule')
  if (!effect) return <span className="text-muted">…</span>
  const { fits, holds } = effect
  return (
    <>
      <button
        type="button"
        aria-pressed={rule === pattern}
        onClick={() => setRule(rule === pattern ? null : pattern)}
        className="inline-flex min-h-7 items-center rounded-md border border-line px-2 whitespace-nowrap hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft pointer-coarse:min-h-11"
      >
        {counted(holds, 'bucket')}
      </button>
      {fits > holds && (
        <span className="text-xs max-sm:block sm:ml-2 text-muted">{count(fits - holds)} held by earlier rules</span>
      )}
    </>
  )
}

function Drift({ count: drifted }: { count: number | undefined }) {
  if (drifted === undefined) return <span className="text-muted">…</span>
  if (drifted === 0)
    return (
      <span className="text-muted">
        None <span className="sm:hidden">drifted</span>
      </span>
    )
  return (
    <span className="inline-flex items-center gap-1.5 align-middle text-warning">
      <Icon name="warning" />
      {count(drifted)}
      <span className="sm:hidden">drifted</span>
    </span>
  )
}

const SHARED_NAMED = 3

/** What is deleted with the key of one bucket, is lost in the other. */
function SharedKeys({ shared }: { shared: ReturnType<typeof sharedKeys> }) {
  if (shared.size === 0) return null
  const more = shared.size - SHARED_NAMED
  return (
    <Note tone="warning" title="Some buckets share a key, though {bucket} stands in its name">
      <p>
        KES takes no dots in the names of keys, so they become dashes: whoever may use the key of one bucket may use it
        in the other, and deleting it loses both.
      </p>
      <ul className="mt-1 list-disc pl-5">
        {[...shared].slice(0, SHARED_NAMED).map(([key, buckets]) => (
          <li key={key} className="wrap-anywhere">
            <span className="font-mono text-xs">{key}</span>: {buckets.join(', ')}
          </li>
        ))}
        {more > 0 && <li>and {counted(more, 'more key', 'more keys')}</li>}
      </ul>
    </Note>
  )
}

type MoveProps = { direction: 'up' | 'down'; rule: HouseRule; off: boolean; onMove: () => void }

const MoveButton = ({ direction, rule, off, onMove }: MoveProps) => (
  <button
    type="button"
    data-move={direction}
    aria-label={`Move ${rule.pattern} ${direction}`}
    aria-disabled={off || undefined}
    onClick={off ? undefined : onMove}
    className="rounded p-1.5 align-middle text-muted hover:text-ink aria-disabled:opacity-30 pointer-coarse:p-3"
  >
    <Icon name={direction} />
  </button>
)
