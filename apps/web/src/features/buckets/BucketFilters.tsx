import type { Bucket } from '@strongroom/shared/buckets'
import { type ReactNode, useId, useMemo } from 'react'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count } from '../../lib/format.ts'
import { type Chip, Chips } from '../../ui/Chips.tsx'
import { inputClass } from '../../ui/Field.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { type BucketFilter, countShows, keysInUse, showOf } from './bucket-filter.ts'
import { showWords } from './bucket-words.ts'

/** More would make a list that nobody reads; the others are in the URL's reach. */
const KEYS_OFFERED = 200

/** The filter as the URL has it. */
export function useBucketFilter(): BucketFilter {
  const [text] = useUrlParam('q')
  const [wanted] = useUrlParam('show')
  const [seal] = useUrlParam('seal')
  const [key] = useUrlParam('key')
  const show = showOf(wanted)
  return useMemo(() => ({ text, show, seal, key }), [text, show, seal, key])
}

export const isFiltering = ({ text, show, seal, key }: BucketFilter) =>
  text.trim() !== '' || show !== undefined || seal !== '' || key !== ''

type Props = { buckets: readonly Bucket[]; filter: BucketFilter; defaultKey: string | null; children: ReactNode }

export function BucketFilters({ buckets, filter, defaultKey, children }: Props) {
  const [, setText] = useUrlParam('q')
  const [, setShow] = useUrlParam('show')
  const chips = useMemo(() => chipsOf(buckets, filter.show), [buckets, filter.show])
  return (
    <div className="space-y-2">
      <div className="flex min-h-9 flex-wrap items-center gap-3">
        <SearchField label="Filter buckets" value={filter.text} onChange={setText} />
        <KeyFilter buckets={buckets} defaultKey={defaultKey} value={filter.key} />
        {children}
      </div>
      <div className="min-h-7 pointer-coarse:min-h-11">
        <Chips label="Show" chips={chips} chosen={filter.show ?? ''} onChoose={setShow} />
      </div>
    </div>
  )
}

/** What no bucket is in tells nothing; the chosen one stays, so that it can be chosen off. */
const chipsOf = (buckets: readonly Bucket[], chosen: string | undefined): Chip[] =>
  countShows(buckets)
    .filter((each) => each.count > 0 || each.show === chosen)
    .map((each) => ({ id: each.show, ...showWords[each.show], count: each.count }))

function KeyFilter({
  buckets,
  defaultKey,
  value,
}: {
  buckets: readonly Bucket[]
  defaultKey: string | null
  value: string
}) {
  const [, setKey] = useUrlParam('key')
  const id = useId()
  const keys = useMemo(() => keysInUse(buckets, defaultKey), [buckets, defaultKey])
  if (keys.length === 0 && !value) return null
  const offered = keys.slice(0, KEYS_OFFERED)
  const missing = value !== '' && !offered.some(({ key }) => key === value)
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-2">
      <label htmlFor={id} className="text-sm text-muted">
        Key
      </label>
      <select
        id={id}
        value={value}
        onChange={({ target }) => setKey(target.value)}
        className={`${inputClass} w-48! border-edge`}
      >
        <option value="">Any</option>
        {missing && <option value={value}>{value}</option>}
        {offered.map(({ key, count: many }) => (
          <option key={key} value={key}>
            {key} ({count(many)})
          </option>
        ))}
      </select>
    </span>
  )
}
