import type { KeyRow } from '../../api/keys.ts'
import { RowLink } from '../../components/RowLink.tsx'
import { paths } from '../../lib/paths.ts'
import type { Column } from '../../ui/DataTable.tsx'
import { SealBadge } from '../../ui/Seal.tsx'
import { canaryLooks, stageLooks } from './key-words.ts'
import { State } from './State.tsx'

/** What needs a look comes first when the column is sorted. */
const canaryOrder = ['replaced', 'missing', 'unknown', 'opens', null]
const stageOrder = ['quarantined', 'marked', null]
const names = new Intl.Collator('en', { numeric: true })

const None = () => <span className="text-muted">–</span>

export const keyColumns: Column<KeyRow>[] = [
  {
    id: 'name',
    head: 'Key',
    cell: ({ name }) => <RowLink href={paths.key(name)} name={name} />,
    compare: (a, b) => names.compare(a.name, b.name),
  },
  {
    id: 'use',
    head: 'Use',
    cell: ({ isDefault }) => (isDefault ? <SealBadge look="default" label="Default" /> : <None />),
    compare: (a, b) => Number(b.isDefault) - Number(a.isDefault),
    className: 'w-32 max-sm:w-24',
  },
  {
    id: 'canary',
    head: 'Canary',
    cell: ({ canary }) =>
      canary === null ? <span className="text-muted">None kept</span> : <State look={canaryLooks[canary]} />,
    compare: (a, b) => canaryOrder.indexOf(a.canary) - canaryOrder.indexOf(b.canary),
    className: 'w-36 max-sm:w-29',
  },
  {
    id: 'deletion',
    head: 'Deletion',
    cell: ({ deletion }) => (deletion === null ? <None /> : <State look={stageLooks[deletion]} />),
    compare: (a, b) => stageOrder.indexOf(a.deletion) - stageOrder.indexOf(b.deletion),
    className: 'w-36 max-sm:hidden',
  },
]
