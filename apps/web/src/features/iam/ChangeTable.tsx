import type { compareAudits, ItemSeal } from '@strongroom/shared/iam'
import { useMemo } from 'react'
import { Link } from 'wouter'
import type * as z from 'zod/mini'
import { paths } from '../../lib/paths.ts'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { MiddleCut } from '../../ui/Text.tsx'
import { changeWord } from './change-words.ts'
import { sealLook } from './item-seal.ts'
import { shortPath } from './short-path.ts'

type Change = z.infer<typeof compareAudits.reply>['changes'][number]

type Props = {
  rows: readonly Change[] | undefined
  defaultKey: string | null
  filtered: boolean
  onEnd: () => void
}

export function ChangeTable({ rows, defaultKey, filtered, onEnd }: Props) {
  const columns = useMemo(() => columnsFor(defaultKey), [defaultKey])
  return (
    <DataTable
      label="Changes"
      columns={columns}
      rows={rows}
      rowKey={keyOf}
      onEnd={onEnd}
      empty={
        <p className="text-muted">
          {filtered ? 'Nothing changed in this way.' : 'Nothing changed between the two: each item is as it was.'}
        </p>
      }
    />
  )
}

const keyOf = ({ path }: Change) => path

const columnsFor = (defaultKey: string | null): Column<Change>[] => [
  {
    id: 'path',
    head: 'Item',
    cell: ({ path, change }) =>
      change === 'gone' ? (
        <Path path={path} />
      ) : (
        <Link
          href={paths.iamItem(path)}
          data-row={path}
          className="outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          <Path path={path} />
        </Link>
      ),
    className: 'w-auto',
  },
  { id: 'kind', head: 'Kind', cell: ({ kind }) => kind, className: 'w-36 max-lg:hidden' },
  {
    id: 'change',
    head: 'Change',
    cell: ({ change }) =>
      change === 'regressed' ? (
        <span className="inline-flex items-center gap-1.5 align-middle font-semibold text-critical">
          <Icon name="critical" size={14} />
          {changeWord(change)}
        </span>
      ) : (
        changeWord(change)
      ),
    className: 'w-32 max-sm:w-24',
  },
  { id: 'before', head: 'Before', cell: ({ before }) => seal(before, defaultKey), className: 'w-44 max-md:hidden' },
  { id: 'after', head: 'After', cell: ({ after }) => seal(after, defaultKey), className: 'w-44 max-sm:hidden' },
]

const Path = ({ path }: { path: string }) => (
  <span className="font-mono text-xs">
    <MiddleCut text={shortPath(path)} />
  </span>
)

const seal = (at: ItemSeal | null, defaultKey: string | null) =>
  at ? <SealBadge {...sealLook(at, defaultKey)} /> : <span className="text-muted">Not there</span>
