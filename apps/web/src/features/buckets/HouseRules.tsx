import type { Bucket } from '@strongroom/shared/buckets'
import type { HouseRule } from '@strongroom/shared/house-policy'
import { useMemo, useState } from 'react'
import { announce } from '../../components/announcer.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { cell, head } from '../../ui/plain-table.ts'
import { SealBadge } from '../../ui/Seal.tsx'
import { ScrollBox } from '../../ui/Text.tsx'
import { houseView, moved, rowKeys, sharedKeys } from './house-draft.ts'
import { RuleDialog } from './RuleDialog.tsx'
import { Drift, type Effect, Extent } from './RuleEffect.tsx'
import { SharedKeys } from './SharedKeys.tsx'
import { encryptionWords, lookOf } from './seal-of-bucket.ts'

type Props = {
  rules: readonly HouseRule[]
  buckets: readonly Bucket[] | undefined
  /** They could not be listed. */
  unlisted: boolean
  editable: boolean
  onChange: (rules: readonly HouseRule[]) => void
}

/** The rules in their order; the first that fits a bucket holds. */
export function HouseRules({ rules, buckets, unlisted, editable, onChange }: Props) {
  /** The index of the rule that is edited; the length of the list: a new one. */
  const [editing, setEditing] = useState<number | null>(null)
  const view = useMemo(() => buckets && houseView(rules, buckets), [rules, buckets])
  const effectOf = (index: number): Effect => (!view && unlisted ? null : view?.byRule[index])
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
                    <Extent pattern={rule.pattern} effect={effectOf(index)} />
                    <span className="mt-1 block sm:hidden">
                      <Drift effect={effectOf(index)} />
                    </span>
                  </td>
                  <td className={`${cell} max-sm:hidden`}>
                    <Drift effect={effectOf(index)} />
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
