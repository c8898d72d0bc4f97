import type { KesAccessFinding } from '@strongroom/shared/kes-access'
import { Severity } from '../../ui/Note.tsx'
import { CopyButton } from '../../ui/Text.tsx'
import { shortIdentity } from './access-words.ts'
import { PolicyLink } from './PolicyLink.tsx'

type Props = {
  findings: readonly KesAccessFinding[]
  /** The policy that all is about here: it is not named again, and there is less room. */
  of?: string
}

/** What does not mean what its author thought, worst first, with the pattern to write instead. */
export const AccessFindings = ({ findings, of }: Props) => (
  <ul className="divide-y divide-line rounded-md border border-line bg-surface">
    {findings.map((finding) => (
      <li
        key={finding.id}
        className={`grid gap-x-4 gap-y-1 px-4 py-3 ${of === undefined ? 'sm:grid-cols-[7rem_minmax(0,1fr)]' : ''}`}
      >
        <Severity tone={finding.severity} />
        <div className="min-w-0 space-y-1 text-sm">
          <p className="font-semibold">{finding.title}</p>
          <p className="max-w-[90ch] wrap-anywhere text-muted">{finding.detail}</p>
          <Place finding={finding} of={of} />
        </div>
      </li>
    ))}
  </ul>
)

const Place = ({
  finding: { policy, identity, pattern, instead },
  of,
}: {
  finding: KesAccessFinding
  of: string | undefined
}) => (
  <dl className="flex flex-wrap items-center gap-x-5 gap-y-1 text-xs">
    {policy !== null && policy !== of && (
      <div className="flex min-w-0 items-center gap-1.5">
        <dt className="text-muted">Policy</dt>
        <dd className="min-w-0">
          {of === undefined ? <PolicyLink name={policy} /> : <span className="font-mono">{policy}</span>}
        </dd>
      </div>
    )}
    {identity !== null && (
      <div className="flex items-center gap-1.5">
        <dt className="text-muted">Identity</dt>
        <dd className="font-mono" title={identity}>
          {shortIdentity(identity)}
        </dd>
      </div>
    )}
    {pattern !== null && (
      <div className="flex min-w-0 items-center gap-1.5">
        <dt className="whitespace-nowrap text-muted">It says</dt>
        <dd className="min-w-0 rounded-sm bg-sunken px-1 font-mono wrap-anywhere">{pattern || '(empty)'}</dd>
      </div>
    )}
    {instead !== null && (
      <div className="flex min-w-0 items-center gap-1.5">
        <dt className="font-medium whitespace-nowrap">Write this instead</dt>
        <dd className="flex min-w-0 items-center gap-1">
          <span className="min-w-0 rounded-sm bg-good-soft px-1 font-mono wrap-anywhere">{instead}</span>
          <CopyButton text={instead} />
        </dd>
      </div>
    )}
  </dl>
)
