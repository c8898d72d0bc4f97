import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted } from '../../lib/format.ts'
import { Icon } from '../../ui/Icon.tsx'
import type { RuleEffect } from './house-draft.ts'

/** Null: the buckets could not be listed; undefined: not yet. */
export type Effect = RuleEffect | null | undefined

const Unknown = ({ effect }: { effect: null | undefined }) => (
  <span className="text-muted">{effect === null ? 'not known' : '…'}</span>
)

/** Filters the buckets below to those of the rule. */
export function Extent({ pattern, effect }: { pattern: string; effect: Effect }) {
  const [rule, setRule] = useUrlParam('rule')
  if (!effect) return <Unknown effect={effect} />
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

/** What could not be read may have drifted: none is said only of what was. */
export function Drift({ effect }: { effect: Effect }) {
  if (!effect) return <Unknown effect={effect} />
  const { drifted, unread } = effect
  if (drifted + unread === 0)
    return (
      <span className="text-muted">
        None <span className="sm:hidden">drifted</span>
      </span>
    )
  return (
    <>
      {drifted > 0 && (
        <span className="mr-2 inline-flex items-center gap-1.5 align-middle text-warning">
          <Icon name="warning" />
          {count(drifted)}
          <span className="sm:hidden">drifted</span>
        </span>
      )}
      {unread > 0 && <span className="text-muted sm:whitespace-nowrap">{count(unread)} not read</span>}
    </>
  )
}
