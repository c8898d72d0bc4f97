import type { KesAccess, KesPolicy } from '@strongroom/shared/kes-access'
import { Link } from 'wouter'
import { counted } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { buttonClass } from '../../ui/Button.tsx'
import { Note } from '../../ui/Note.tsx'
import { SidePanel } from '../../ui/SidePanel.tsx'
import { CopyButton, Facts, Lines, Moment } from '../../ui/Text.tsx'
import { AccessFindings } from './AccessFindings.tsx'
import { identityWords } from './access-words.ts'

/** One policy as KES has loaded it. */
export function PolicyPanel({ name, access, onClose }: { name: string; access: KesAccess; onClose: () => void }) {
  const policy = access.policies.find((each) => each.name === name)
  return (
    <SidePanel title={name} onClose={onClose}>
      {policy ? (
        <Loaded policy={policy} access={access} />
      ) : (
        <Note tone="warning" title="This KES has no policy of this name">
          It was renamed or taken out of its configuration, or the console may not read it.
        </Note>
      )}
    </SidePanel>
  )
}

function Loaded({ policy, access }: { policy: KesPolicy; access: KesAccess }) {
  const { name, allow, deny, identities, createdAt } = policy
  const findings = access.findings.filter((finding) => finding.policy === name)
  const holders = identities.map(
    (identity) =>
      access.identities.find((each) => each.identity === identity) ?? {
        identity,
        admin: false,
        policy: name,
        known: null,
      },
  )
  return (
    <>
      <Link href={paths.kesDraft(name)} className={buttonClass('primary')}>
        Draft a change
      </Link>
      {findings.length > 0 && <AccessFindings findings={findings} of={name} />}
      <Patterns title="Allow" patterns={allow} none="Nothing is allowed: its identities may do nothing at all." />
      <Patterns title="Deny" patterns={deny} none="Nothing is denied." />
      <section className="space-y-1.5">
        <h3 className="text-sm font-semibold">{counted(identities.length, 'identity', 'identities')}</h3>
        {holders.length === 0 && <p className="text-sm text-muted">Nobody has it.</p>}
        <ul className="space-y-1 text-sm">
          {holders.map((holder) => (
            <li key={holder.identity} className="flex flex-wrap items-center gap-x-1">
              <span title={holder.identity}>{identityWords(holder)}</span>
              <CopyButton text={holder.identity} />
            </li>
          ))}
        </ul>
      </section>
      <Facts facts={[['Loaded', createdAt ? <Moment key="t" at={createdAt} /> : 'not known']]} />
      <Lines label="The same from a terminal" lines={[`kes policy show ${name}`]} />
    </>
  )
}

const Patterns = ({ title, patterns, none }: { title: string; patterns: readonly string[]; none: string }) => (
  <section aria-label={title} className="space-y-1.5">
    <h3 className="text-sm font-semibold">
      {title} <span className="font-normal text-muted">{counted(patterns.length, 'line')}</span>
    </h3>
    {patterns.length === 0 ? (
      <p className="text-sm text-muted">{none}</p>
    ) : (
      <ul className="rounded-md border border-line bg-sunken px-3 py-2 font-mono text-xs leading-5">
        {patterns.map((pattern) => (
          <li key={pattern} className="wrap-anywhere">
            {pattern}
          </li>
        ))}
      </ul>
    )}
  </section>
)
