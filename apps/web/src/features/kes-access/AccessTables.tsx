import type { KesAccess, KesIdentityInfo, KesPolicy } from '@strongroom/shared/kes-access'
import { useMemo } from 'react'
import { useUrlParam } from '../../components/use-url-param.ts'
import { count, counted } from '../../lib/format.ts'
import { type Column, DataTable } from '../../ui/DataTable.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { toneInk, toneWord } from '../../ui/Note.tsx'
import { SearchField } from '../../ui/SearchField.tsx'
import { CopyButton } from '../../ui/Text.tsx'
import { knownWords, shortIdentity } from './access-words.ts'
import { PolicyLink } from './PolicyLink.tsx'

type Row = KesPolicy & { findings: KesAccess['findings'] }

/** Policies whose name or lines, and identities of which a part, have the text. */
export function Policies({ access, selected }: { access: KesAccess; selected: string }) {
  const [filter, setFilter] = useUrlParam('q')
  const [sort, setSort] = useUrlParam('sort')
  const rows = useMemo(() => {
    const wanted = filter.toLowerCase()
    return access.policies
      .filter(({ name, allow, deny, identities }) =>
        [name, ...allow, ...deny, ...identities].some((each) => each.toLowerCase().includes(wanted)),
      )
      .map((policy) => ({ ...policy, findings: access.findings.filter((each) => each.policy === policy.name) }))
  }, [access, filter])
  return (
    <section aria-label="Policies" className="space-y-3">
      <h2 className="text-lg font-semibold">Policies</h2>
      <div className="flex flex-wrap items-center gap-3">
        <SearchField label="Filter policies" value={filter} onChange={setFilter} />
        <p className="text-sm text-muted" role="status">
          {rows.length === access.policies.length
            ? counted(rows.length, 'policy', 'policies')
            : `${count(rows.length)} of ${counted(access.policies.length, 'policy', 'policies')}`}
        </p>
      </div>
      <DataTable
        label="Policies"
        columns={policyColumns}
        rows={rows}
        rowKey={({ name }) => name}
        selected={selected || null}
        sort={sort}
        onSort={setSort}
        empty={
          <p className="text-muted">
            {filter
              ? 'No policy has this text in its name, its lines or its identities.'
              : 'Policies would be listed here. This KES has none, or the console may not list them: only its admin can do anything.'}
          </p>
        }
      />
    </section>
  )
}

const policyColumns: Column<Row>[] = [
  {
    id: 'name',
    head: 'Policy',
    cell: ({ name }) => <PolicyLink name={name} row />,
    compare: (a, b) => a.name.localeCompare(b.name),
  },
  {
    id: 'findings',
    head: 'Findings',
    cell: ({ findings }) => <Worst findings={findings} />,
    compare: (a, b) => b.findings.length - a.findings.length,
    className: 'w-52 max-sm:w-36',
  },
  { id: 'allow', head: 'Allow', cell: ({ allow }) => count(allow.length), className: 'w-20 text-right max-sm:hidden' },
  { id: 'deny', head: 'Deny', cell: ({ deny }) => count(deny.length), className: 'w-20 text-right max-sm:hidden' },
  {
    id: 'identities',
    head: 'Identities',
    cell: ({ identities }) => count(identities.length),
    className: 'w-24 text-right',
  },
]

/** They come worst first, and are counted by severity. */
function Worst({ findings }: { findings: KesAccess['findings'] }) {
  const [worst] = findings
  if (!worst) return <span className="text-muted">none</span>
  const counts = (['critical', 'warning', 'info'] as const)
    .map((severity) => ({ severity, times: findings.filter((each) => each.severity === severity).length }))
    .filter(({ times }) => times > 0)
  return (
    <span className={`flex items-center gap-1.5 ${toneInk(worst.severity)}`}>
      <Icon name={worst.severity} size={14} />
      {counts.map(({ severity, times }) => `${times} ${toneWord(severity).toLowerCase()}`).join(', ')}
    </span>
  )
}

export const Identities = ({ identities }: { identities: readonly KesIdentityInfo[] }) => (
  <section aria-label="Identities" className="space-y-3">
    <h2 className="text-lg font-semibold">Identities</h2>
    <p className="max-w-[85ch] text-sm text-muted">
      KES knows clients by the SHA-256 of their public key alone; a name is known here only where the console or MinIO
      has the certificate.
    </p>
    <DataTable
      label="Identities"
      columns={identityColumns}
      rows={identities}
      rowKey={({ identity }) => identity}
      empty={<p className="text-muted">The console may not list identities, or there is none but the admin.</p>}
    />
  </section>
)

const identityColumns: Column<KesIdentityInfo>[] = [
  {
    id: 'identity',
    head: 'Identity',
    cell: ({ identity }) => (
      <span className="flex items-center gap-1">
        <span className="font-mono text-xs" title={identity}>
          {shortIdentity(identity)}
        </span>
        <CopyButton text={identity} />
      </span>
    ),
    className: 'w-60 max-sm:w-auto',
  },
  {
    id: 'known',
    head: 'Who',
    cell: ({ known }) => (known ? knownWords[known] : <span className="text-muted">not known here</span>),
    className: 'w-auto max-sm:hidden',
  },
  {
    id: 'policy',
    head: 'Policy',
    cell: ({ admin, policy }) =>
      admin ? (
        <>
          admin<span className="max-sm:hidden">: may do everything</span>
        </>
      ) : policy ? (
        <PolicyLink name={policy} />
      ) : (
        <span className="text-muted">none</span>
      ),
    className: 'w-56 max-sm:w-36',
  },
]
