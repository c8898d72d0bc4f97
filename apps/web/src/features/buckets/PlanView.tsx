import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import { counted } from '../../lib/format.ts'
import { Chips } from '../../ui/Chips.tsx'
import { type StateLook, StateMark } from '../../ui/StateMark.tsx'
import { type BulkAct, countFates, type Fate, type PlanStep, worstFirst } from './bulk-plan.ts'
import { encryptionWords } from './seal-of-bucket.ts'

const ROW_PX = 46

const doneWords: Record<BulkAct['kind'], string> = {
  set: 'Changes',
  clear: 'Changes',
  house: 'Changes',
  probe: 'Is probed',
  count: 'Is counted',
}

const lookOf = (fate: Fate, kind: BulkAct['kind']): StateLook =>
  ({
    done: { icon: 'doing', word: doneWords[kind], ink: 'text-accent' },
    unsure: { icon: 'unknown', word: 'Not known', ink: 'text-warning' },
    fails: { icon: 'critical', word: 'Would fail', ink: 'text-critical' },
    left: { icon: 'warning', word: 'Is left', ink: 'text-warning' },
    already: { icon: 'good', word: 'Stays', ink: 'text-muted' },
  })[fate] as StateLook

/** What an act means, bucket by bucket: which change, which do not, and why. */
export function PlanView({ steps, kind }: { steps: readonly PlanStep[]; kind: BulkAct['kind'] }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const counts = countFates(steps).filter(({ count }) => count > 0)
  const fate = counts.some((each) => each.fate === chosen) ? chosen : null
  const sorted = useMemo(() => worstFirst(steps), [steps])
  const shown = fate ? sorted.filter((step) => step.fate === fate) : sorted
  return (
    <section aria-label="Preview" className="space-y-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="text-sm font-semibold">{counted(steps.length, 'bucket')}</h3>
        <Chips
          label="What happens"
          chips={counts.map((each) => ({
            id: each.fate,
            label: <StateMark look={lookOf(each.fate, kind)} />,
            count: each.count,
          }))}
          chosen={fate ?? ''}
          onChoose={setChosen}
        />
      </div>
      <Steps key={fate} steps={shown} kind={kind} />
    </section>
  )
}

/** Windowed: thousands of buckets may be selected. */
function Steps({ steps, kind }: { steps: readonly PlanStep[]; kind: BulkAct['kind'] }) {
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: steps.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  })
  return (
    <div
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      style={{ height: Math.min(steps.length * ROW_PX, 5 * ROW_PX) + 2 }}
      className="overflow-y-auto rounded-md border border-line"
    >
      <ul aria-label="Buckets" className="relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const step = steps[index]
          if (!step) return null
          return (
            <li
              key={step.bucket}
              aria-setsize={steps.length}
              aria-posinset={index + 1}
              style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
              className="absolute inset-x-0 top-0 border-b border-line px-3 py-1 text-sm"
            >
              <StepRow step={step} kind={kind} />
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function StepRow({ step, kind }: { step: PlanStep; kind: BulkAct['kind'] }) {
  const { bucket, before, after, why, fate } = step
  const change = after && fate !== 'already' && `${encryptionWords(before)} → ${encryptionWords(after)}`
  const stays = fate === 'already' && before?.mode !== 'none' && encryptionWords(before)
  const words = [change || stays, why].filter(Boolean).join('. ')
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <span className="truncate font-mono text-xs" title={bucket}>
          {bucket}
        </span>
        <span className="shrink-0 text-xs">
          <StateMark look={lookOf(fate, kind)} />
        </span>
      </div>
      <p className="truncate text-xs text-muted" title={words}>
        {words}
      </p>
    </>
  )
}
