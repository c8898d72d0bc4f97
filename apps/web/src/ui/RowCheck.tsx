import { useLayoutEffect, useRef } from 'react'

/** The whole cell is the target, above the row's own link. */
const cellClass = 'absolute inset-0 z-1 flex select-none items-center justify-center'
const boxClass = 'size-4 scroll-mb-20 accent-accent'

type RowProps = { rowKey: string; chosen: boolean; onSet: (key: string, on: boolean, range: boolean) => void }

/** Selects a row; with Shift all rows from the one set last. */
export const RowCheck = ({ rowKey, chosen, onSet }: RowProps) => (
  <label className={cellClass}>
    <input
      type="checkbox"
      aria-label={`Select ${rowKey}`}
      data-check={rowKey}
      checked={chosen}
      onChange={({ target, nativeEvent }) => onSet(rowKey, target.checked, (nativeEvent as MouseEvent).shiftKey)}
      className={boxClass}
    />
  </label>
)

type AllProps = { extent: 'none' | 'some' | 'all'; count: number; onSet: () => void }

/** Selects all rows that are shown, also those that are scrolled away. */
export function AllCheck({ extent, count, onSet }: AllProps) {
  const box = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    box.current!.indeterminate = extent === 'some'
  }, [extent])
  return (
    <label className={cellClass}>
      <input
        ref={box}
        type="checkbox"
        aria-label={`Select all ${count} shown`}
        disabled={count === 0}
        checked={extent === 'all'}
        onChange={onSet}
        className={boxClass}
      />
    </label>
  )
}
